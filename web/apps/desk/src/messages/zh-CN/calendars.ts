export const zh = {
  title: '工作日历', intro: '节假日和调休上班日决定所有办理时限。保存后，在办办件的到期日马上重算。', year: '年份', yearOf: '{n}年', addYear: '新增 {n}年', removeYear: '删除 {n}年', none: '还没有日历。没有日历就算不出到期日，请先新增。',
  workingDays: '{n} 个工作日', updated: '{by} {at}改', summary: '{year}年：{working}，放假 {holidays} 天，调休上班 {makeUp} 天', month: '{n}月', monthCaption: '{year}年{month}月，{working} 个工作日',
  working: '上班', holiday: '放假', makeUpDay: '调休上班', weekend: '周末', legend: '图例', holidayShort: '假', makeUpShort: '班', dayHoliday: '{d}日，{name}放假', dayMakeUp: '{d}日，为{name}调休上班', dayWeekend: '{d}日，周末', dayToday: '今天',
  holidays: '放假', makeUp: '调休上班', range: '{from}至{to}，{n} 天', single: '{from}，1 天', noHolidays: '还没有放假日。', noMakeUp: '还没有调休上班日。', name: '名称', nameHint: '例如：国庆节', from: '从', to: '到', date: '日期', forWhat: '为哪个假期',
  addHoliday: '加放假', addMakeUp: '加上班日', remove: '删除', removeOf: '删除{name}', changed: '有没保存的修改。', save: '保存并重算', discard: '不保存', saved: '已保存，重算了 {n} 件在办的到期日。', removed: '已删除，{n} 件在办的到期日受影响。',
  removeTitle: '删除 {n}年的日历？', removeText: '删除后，跨到这一年的到期日都算不出来，页面会显示“日历未发布”。', removeSubmit: '删除', keep: '不删除',
  import: '导入', importTitle: '导入 {n}年的放假安排', importText: '照国务院办公厅的通知逐行写：一行一个假期或一个上班日。', importExample: '2026-10-01至2026-10-07 国庆节\n2026-10-10 上班 国庆节', importLines: '放假安排', importSubmit: '导入到页面', importDone: '已导入 {n} 行，看过再保存。', importBad: '第 {n} 行看不懂：{line}', importOther: '第 {n} 行不在 {year}年：{line}', importNone: '写上放假安排',
  wrongRange: '“到”要在“从”之后，并且在 {n}年', missingName: '填写名称', missingDate: '选日期', weekMon: '一', weekTue: '二', weekWed: '三', weekThu: '四', weekFri: '五', weekSat: '六', weekSun: '日',
} as const
