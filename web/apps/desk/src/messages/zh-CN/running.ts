export const zh = {
  title: '运行情况', titleOf: '{name}：运行情况', back: '流程设计', asOf: '数据截至 {time}', none: '还没有办件走过这个流程', noneHint: '流程发布、事项用上它并受理了办件以后，这里有数。',
  version: '版本', allVersions: '全部版本', versionN: '第 {n} 版', versionCurrent: '第 {n} 版（新件用）', running: '在办', casesN: '{n} 件', versions: '各版本在办', versionsUnit: '各版本在办（件）',
  picture: '流程图上的在办件数', pictureOf: '流程图：{text}', pictureOpen: '{name}在办 {n} 件', pictureLate: '超期 {n}', pictureNone: '这一版的流程图没有取到。', pictureHint: '方框右上角是在办件数；数字和下面的表一样。',
  steps: '各环节', step: '环节', open: '在办', late: '超期', done: '办完', average: '平均用时', averageNone: '还没有', hours: '{n} 小时', days: '{n} 天', gone: '新版没有这一步', see: '看办件', export: '导出各环节', exportFile: '{name}-运行情况.csv', averageHours: '平均用时（小时）',
  barsOpen: '各环节在办（件）', barsLate: '各环节超期（件）', barsAverage: '各环节平均用时（小时）', lateNone: '没有超期的。',
  casesTitle: '{name}：办件', casesIntro: '正在走这个流程的办件。', unit: '件', number: '办件编号', item: '事项', steps_now: '现在的环节', since: '到这一步的时间', state: '时限', inTime: '没有超期', allSteps: '全部环节', casesNone: '没有在办的办件', casesNoneHint: '换一个版本、环节或要找的文字看看。', search: '找办件', searchHint: '办件编号、申请人、事项', exportCases: '导出 {n} 件', casesFile: '{name}-办件.csv',
  migrate: '迁到别的版本', migrateTitle: '把在办的件迁到别的版本', migrateIntro: '在办的件一直用它受理时的版本。确实要换的，先试迁一遍，看清哪些能迁、哪些不能，再正式迁。', from: '从哪一版', to: '迁到哪一版', fromMissing: '选从哪一版迁', toMissing: '选迁到哪一版', fromN: '第 {n} 版，在办 {cases} 件', fromNone: '没有在办的件可以迁。',
  mapping: '没有了的环节', mappingIntro: '这些环节在第 {to} 版里没有了。停在那里的件接着从哪一步办？', mappingNone: '停着办件的环节在第 {to} 版里都有，不用对应。', mappingOf: '“{name}”（{n} 件）接到', mappingEmpty: '不对应，这些件不迁',
  trial: '试迁', trialAgain: '再试迁一遍', trialBusy: '正在试迁', trialTitle: '试迁结果', trialSum: '看了 {total} 件：{moved} 件能迁，{refused} 件不能迁。', trialMore: '一次最多看 500 件，还有没看的。这些迁完后再试迁一遍。', trialNone: '没有要迁的件。', result: '结果', canMove: '能迁', cantMove: '不能迁', why: '原因', chosen: '要迁', choose: '迁{number}', chooseAll: '全部能迁的', chosenN: '选了 {n} 件', onlyRefused: '只看不能迁的',
  carry: '正式迁 {n} 件', carryTitle: '正式迁 {n} 件？', carryText: '迁完以后，这些件按第 {to} 版接着办，不能自动换回来。', carrySubmit: '正式迁', carryKeep: '先不迁', carryNone: '至少选一件', progress: '已经迁了 {done} 件，共 {total} 件', progressName: '迁移进度', stop: '停下', stopped: '停下了。迁完 {moved} 件，{refused} 件没有迁成，还有 {left} 件没有动。', finished: '迁完了：{moved} 件换到第 {to} 版，{refused} 件没有迁成。', failed: '迁到一半出了问题：{why}已经迁好的不受影响，可以接着迁。', resume: '接着迁剩下的 {n} 件', moved: '已迁', notMoved: '没有迁成', resultTitle: '迁移结果',
} as const
