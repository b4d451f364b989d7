export const questions = {
  title: 'Problems and opinions', intro: 'Tell us what went wrong on this site or what is inconvenient. The answer comes here and into your messages.', faqs: 'See frequent questions first', account: 'My account',
  ask: 'Write to us', kind: 'What is it', problem: 'A problem', opinion: 'A suggestion', category: 'About', text: 'Your words', send: 'Send', sending: 'Sending', sent: 'Sent, thank you', mine: 'My reports', none: 'None yet.', open: 'Waiting', answered: 'Answered', answer: 'Answer', manualOpen: 'Passed on to who keeps the manual', manualDone: 'Now in the user manual: {title}',
  faqTitle: 'Frequent questions', faqIntro: 'What others asked.', faqNone: 'None yet.', faqAsk: 'Not found? Write to us',
}
