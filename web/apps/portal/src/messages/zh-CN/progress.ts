export const progress = {
  title: '查进度', intro: '凭办件编号查，不用登录。查询码在申请回执和短信里。', number: '办件编号', numberHint: '写在申请回执、受理通知书和短信里。', by: '用哪个核对', byCode: '查询码', byName: '申请人姓名或单位名称', code: '查询码', name: '申请人姓名或单位名称', needNumber: '填写办件编号', needCode: '填写查询码', needName: '填写申请人姓名或单位名称',
  submit: '查询', busy: '正在查询', result: '查询结果', state: '现在', due: '办结时间', org: '办理部门', brought: '更新时间', broughtText: '这件办件在政务内网办理，这里只显示最新进度。要看办理过程，请登录后在“我的办件”里看，或者问办理部门。', phone: '咨询电话', timeline: '办理进度', another: '查别的办件', signedIn: '登录后，在“我的办件”里看得更全，还能补材料、下载文书。', mine: '我的办件',
} as const
