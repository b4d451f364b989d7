export const apply = {
  crumb: '在线办理', step1: '资格校验', step2: '导办问卷', step3: '申办自检', step4: '授权与协议', step5: '填写表单', step6: '提交材料', step7: '领取方式', step8: '确认提交',
  stepsLabel: '办理步骤', next: '保存并继续', nextPlain: '继续', back: '上一步', later: '存草稿，以后再填', saving: '正在保存', savedAt: '已自动保存 {at}', notSaved: '没有保存成功',
  saveFailed: '没有保存成功：{why} 您填的内容都在，再试一次。', staleTitle: '这份草稿在别处改过了', staleText: '已经换成最新保存的内容，请核对后接着填。', laterToast: '草稿已保存，在“我的办件”里接着填',
  // start
  startTitle: '开始办理', whichKind: '您要办哪一种？', begin: '开始填写', beginning: '正在准备', startFailed: '没有准备好：{why}', chooseKind: '选择要办哪一种', haveDraft: '您有一份没填完的', haveDraftText: '{name}，{at} 保存。', resumeDraft: '接着填', beginNew: '另外新办一份',
  realName: '办事前要先实名认证。认证只用来确认是您本人。',
  // 1
  conditionsIntro: '先看看符不符合条件，免得白跑。', noConditions: '这个事项没有要先核对的条件，请继续。', answerCondition: '回答：{q}', notMet: '还不能办：{text}', notMetSoft: '提醒：{text}',
  // 2
  situationsIntro: '答完，后面只出现您用得上的栏目和材料。', noSituations: '没有要问的，请继续。', answerSituation: '回答：{q}', stopGo: '去找“{name}”', stopped: '按您的回答，不用办这个事项。',
  // 3
  checkIntro: '提交前先替您核对一遍。', checkConditions: '条件', checkConditionsOk: '{n} 项都符合', checkWho: '申请人', checkRealName: '{name}，已实名认证', checkNoRealName: '{name}，还没有实名认证', checkTime: '办结时间', checkTimeText: '受理后{limit}内，不用到现场', checkTimeVisit: '受理后{limit}内，要到现场 {n} 次', checkTimeNow: '当场办结',
  checkMaterials: '您的材料清单', checkPrepare: '要准备 {n} 份，可以现在去准备，草稿会一直保存。', checkNone: '不用准备材料。', toPrepare: '要上传', optional: '有就交', generated: '自动生成', exempt: '免提交', tolerated: '可以后补',
  // 4
  consentsIntro: '请看清楚再勾选。', authorise: '授权调取证照', authoriseText: '您同意的话，从电子证照库调取下面的证照，只用于办这一件事，不用再上传复印件。', authoriseNone: '这次没有可以调取的证照。', authorised: '我同意调取上面的证照', agreement: '办事协议',
  agree1: '我填写的内容和提交的材料真实、有效。', agree2: '同意用我的姓名、证件号码和手机号码办理这件事，并把进度发到我的手机。', agree3: '我知道隐瞒情况或者提供虚假材料，要承担法律责任，已取得的许可可能被撤销。', agreed: '我看完了，同意', mustAgree: '请看完协议，勾选“我看完了，同意”',
  // 5
  oldLicence: '这次要办的是哪一份证照', oldLicenceHint: '选好后，证照上的内容自动填到表里。新证签发后，原证照自动作废。', oldLicenceOne: '{name}，编号 {number}', oldLicenceUntil: '{name}，编号 {number}，有效期到 {day}', oldLicenceChoose: '请选择', oldLicenceMissing: '选择这次要办的是哪一份证照',
  unanswered: '{names}现在没有回应，有关的内容请自己填写，不影响办理。', ruleWarning: '请留意', compareTitle: '核对填写的内容', compareText: '和有关部门登记的信息比对，看看填得对不对。不核对也可以继续，提交后会自动核对。', compare: '现在核对', comparing: '正在核对', compareTheirs: '登记的是：{theirs}',
  formIntro: '没有标“选填”的都要填。已知的信息替您填好了，请核对。', formLoadFailed: '表单没有取回来',
  // 6
  materialsIntro: '照片拍清楚四角，文字看得清就行。', mGenerated: '填完表单自动生成，不用上传。', mLicence: '从电子证照库调取{name}，不用上传。', mLicenceOff: '您没有授权调取证照。上传照片或者扫描件，或者回第 4 步勾选授权。', handing: '怎么交', handUpload: '现在上传', handLicence: '调取证照', handLater: '以后补交', handWindow: '到窗口交', laterText: '受理时告诉您补交日期，补齐后才能办完。', windowText: '提交后把原件交到办理地点的窗口。', needFile: '上传{name}', fileFor: '{name}的文件', nothingToUpload: '这次没有要上传的材料。', attachFailed: '文件传上去了，但没有存进草稿：{why}',
  // 7
  deliveryIntro: '结果办好后怎么给您。', way: '怎么领取', electronic: '只要电子的', electronicHint: '办好后在“我的证照”里下载，和纸质的一样有效。', self: '到窗口自己取', selfHint: '办好后发短信告诉您到哪里取。', post: '寄给我', postHint: '快递寄到您填的地址。', chooseWay: '选择怎么领取', address: '寄到哪里', addrName: '收件人', addrPhone: '收件人手机号码', addrRegion: '所在地区', addrAddress: '详细地址', addrHint: '写到门牌号。',
  // 8
  confirmIntro: '最后核对一遍。要改的，点“修改”。', change: '修改', changeOf: '修改{name}', yourAnswers: '您的情况', filled: '填写的内容', materials: '材料', delivery: '领取方式', files: '{n} 个文件', fileNames: '{names}', submit: '提交申请', submitting: '正在提交', submitFailed: '没有提交成功：{why}', problemsTitle: '还有 {n} 处要改，改完才能提交', notAnswered: '没有填', checking: '正在核对',
  // receipt
  receiptTitle: '已提交', receiptText: '{item}的申请已经提交，受理结果会发到您的手机。', caseNumber: '办件编号', queryCode: '查询码', keep: '凭办件编号和查询码，不登录也能查进度。', promise: '承诺时间', answerBy: '最晚答复', answerByText: '{day}前告诉您受理不受理', receiptDoc: '下载申请回执', seeCase: '看办理进度', print: '打印这一页', nextTitle: '接下来', next1: '窗口在 2 个工作日内告诉您受理不受理。', next2: '材料要补的，一次告诉您全部内容，在“我的办件”里补交。', next3: '办好后按您选的方式给您结果。',
} as const
