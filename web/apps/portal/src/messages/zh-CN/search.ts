export const search = {
  title: '搜索事项', titleOf: '“{q}”的搜索结果', total: '共 {n} 项', filter: '筛选', theme: '主题', object: '服务对象', scope: '经营范围', org: '办理部门',
  remove: '去掉筛选：{label}', clear: '清除筛选', all: '不限', more: '更多', none: '没有找到“{q}”', noneFiltered: '没有符合这些条件的事项', maybe: '您可能要找：', tip: '换一个说法再试，例如“开饭店”“老人补贴”；也可以拨打 {hotline} 问。',
  promise: '{limit}办结', instant: '当场办结', onSite0: '不用到现场', onSite: '到现场 {n} 次', free: '不收费', charge: '收费', online: '可网上办', searching: '正在搜索',
  themesTitle: '全部主题', themesFor: '办事对象', person: '个人办事', enterprise: '企业办事', byObject: '按服务对象', byScope: '按经营范围', count: '{n} 项', empty: '暂无事项',
} as const
