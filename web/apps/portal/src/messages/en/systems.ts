import type { systems as zh } from '../zh-CN/systems.ts'

export const systems: Partial<Record<keyof typeof zh, string>> = {
  title: 'Connected systems', intro: 'Open them with this account, without signing in again.', empty: 'No systems yet', open: 'Open', openOf: 'Open {name}', opening: 'Opening', bind: 'Bind an account', unbind: 'Unbind', unbindNo: 'Keep it', bindings: 'Bound accounts', bindingUsed: ', last used {at}', consents: 'Consents given', withdraw: 'Withdraw', withdrawNo: 'Keep it', find: 'Find services', usage: 'Last {days} days',
}
