import type { acting as zh } from '../zh-CN/acting.ts'

export const acting: Partial<Record<keyof typeof zh, string>> = {
  seeGrant: 'Grants given to me', myCases: 'My cases', band: 'You act for {name}', bandRole: 'As {role}, until {day}.', bandGrant: 'See the grant', byOther: '{name} ({role}) acts for you here', who: 'For whom', self: 'Myself', otherHint: '{role}, until {day}', steps: 'Who did what', stepLine: '{who} ({role})', agentRow: '{agent} for {applicant}', filter: 'For whom', filterAll: 'All', filterSelf: 'My own', forName: 'For {name}',
}
