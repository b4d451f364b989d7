export const licences = {
  title: '我的证照', intro: '电子证照和纸质证照一样有效，可以下载、打印、出示。', number: '编号 {n}', holder: '持有人 {name}', from: '{day}签发', until: '有效期到 {day}', forever: '长期有效', get: '下载', getOf: '下载{name}', verify: '验真', verifyOf: '验真：{name}', empty: '还没有电子证照', emptyText: '在网上办好的证照会出现在这里。', find: '去办一件事',
  verifyTitle: '证照验真', verifyIntro: '输入证照编号，或者上传电子证照文件，看是不是真的、现在还有没有效。', code: '证照编号', codeHint: '写在证照上，或者扫证照上的二维码。', check: '验证编号', checking: '正在验证', needCode: '填写证照编号', file: '电子证照文件', fileTitle: '验证文件', codeTitle: '按编号验证', result: '验证结果', valid: '有效', invalid: '{verdict}', at: '{at} 查询',
  name: '证照名称', num: '编号', who: '持有人', issuer: '签发机关', issued: '签发日期', expires: '有效期到', signatures: '电子签名', signature: '{signer}的签名', seal: '印章：{seal}', signedAt: '签于 {at}', intact: '文件没有被改过', notIntact: '文件被改过', trusted: '证书可信', notTrusted: '证书不可信', covers: '签名盖住整个文件', notCovers: '签名后又加了内容', failed: '没有验证成功：{why}', notFoundText: '没有查到这个编号。请对照证照再看一遍，或者打签发机关的电话问。',
} as const
