export const errors = {
  notFound: '没有找到这一页',
  notFoundText: '可能地址写错了，或者内容已经不在。您可以搜索要办的事，或者回到首页。',
  error: '现在打不开', errorText: '服务器没有回答，可能网络断了。稍后再试，您保存过的内容都在。着急的事可以拨打 {hotline}。',
  home: '回首页', search: '搜索事项', retry: '再试一次',
} as const
