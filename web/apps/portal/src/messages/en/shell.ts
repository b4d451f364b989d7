import type { shell as zh } from '../zh-CN/shell.ts'

export const shell: Partial<Record<keyof typeof zh, string>> = {
  skip: 'Skip to content', elderOn: 'Senior mode', elderOff: 'Normal mode', access: 'Accessibility', signIn: 'Sign in',
  brand: 'Tongban', navLabel: 'Sections', menu: 'Menu', navServices: 'Services', navCases: 'My cases', navLicences: 'My licences', navProgress: 'Track a case', navVerify: 'Verify a licence', navRate: 'Rate a service',
  myNav: 'Mine', myCases: 'Cases', myLicences: 'Licences', myDisk: 'Disk', myFavourites: 'Favourites', myGrants: 'Delegation', mySystems: 'Systems', actingSelf: 'Acting for myself', actingFor: 'Acting for {name}', myPrivacy: 'Personal data', myAccount: 'Account',
  accessTitle: 'Accessibility tools', sizeUp: 'Larger text', sizeDown: 'Smaller text', sizeNow: 'Text {n}%', contrast: 'More contrast', dark: 'Dark', reset: 'Reset', closeBar: 'Close',
  manual: 'User manual', faqs: 'Frequent questions', questions: 'Problems and opinions',
  samples: 'Sample forms', trouble: 'Need help? ', call: 'Call', always: ', answered day and night.', host: 'Hosted by {name}', run: 'Run by {name}', accessibility: 'Accessibility statement', plain: 'Plain version (Chinese)', family: 'Ask family to help',
  endedTitle: 'Your session has ended.', endedText: 'Sign in again to come back to this page; what was saved is kept.', endedGo: 'Sign in again',
  brokenTitle: 'Something went wrong on this page', brokenText: 'It has been recorded. What you saved is kept.', brokenReload: 'Open again', brokenHome: 'Home', home: 'Home',
}
