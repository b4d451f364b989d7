import type * as zh from '../zh-CN/tickets.ts'

type Some<T> = Partial<Record<keyof T, string>>

export const called: Some<typeof zh.called> = {
  title: 'Called to your window', all: 'All tickets', waiting: '{n} called to your window', none: 'No number is called to your window now.', noWindow: 'You hold no window, so no number can be called to you. Ask an administrator to assign one.',
  calledAt: 'called {time}', calls: 'called {n} times', ticketedAt: 'taken {time}', noName: 'No name', priority: 'Priority', servedBy: 'Served by {name}', cases: 'Cases filed',
  take: 'Serve', taking: 'Serving', goOn: 'Go on', finish: 'Finished', finishing: 'Finishing', finished: '{number} is finished', of: 'number {number}',
  finishTitle: 'No case was filed for this number', finishText: 'No case was filed for {number}. End it if it was a question only, or nothing is wanted any more.', finishCancel: 'Not yet', failed: '{number} did not work: {why}',
  underWayTitle: 'An intake has not been submitted yet', underWayText: 'Serving {number} clears what was filled in there.', underWaySee: 'See that intake', underWayTake: 'Clear it and serve {number}',
  byHand: 'No queue system connected: register a number by hand', number: 'Number', numberHint: 'As on the ticket, e.g. A012', window: 'Window', register: 'Register', registering: 'Registering', registered: '{number} registered', numberMissing: 'Enter the number', windowMissing: 'Choose the window',
}
export const hallTickets: Some<typeof zh.hallTickets> = {
  title: 'Queue tickets', unit: 'tickets', none: 'No tickets yet', find: 'Number', findHint: 'e.g. A012', hall: 'Hall', state: 'State', allStates: 'All states', on: 'Day', number: 'Number', visitor: 'Visitor', noName: 'No name', business: 'Business', window: 'Window', ticketed: 'Taken', called: 'Called', ended: 'Ended', takenBy: 'Served by', source: 'Source', calls: 'Calls', callsN: '{n}', priority: 'Priority', identified: 'Real name', yes: 'Yes', no: 'No', item: 'Item',
  facts: 'Ticket', steps: 'History', noSteps: 'Nothing yet.', cases: 'Cases filed', noCases: 'No case was filed.',
}
