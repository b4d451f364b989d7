export const captcha = { label: '算一算：{question}', hint: '填数字，防止机器查询。', another: '换一题', need: '填写算术题的答案', failed: '题目没有取回来，点“换一题”再试。', loading: '正在出题' } as const
