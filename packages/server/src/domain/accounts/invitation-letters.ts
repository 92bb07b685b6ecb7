import type { Letter } from '../../ports/mailer.ts'

interface About {
  to: string
  instance: string
  link: string
  hours: number
}

export function invitationLetter({ to, instance, link, hours }: About, by: string, account: string | undefined): Letter {
  const what = account === undefined ? `to ${instance}` : `to the account ${account} on ${instance}`
  return { to, subject: `An invitation – ${instance}`, text: `${by} invites you ${what}, where files are stored for IPFS.\n\nOpen this link to accept:\n\n${link}\n\nIt works once, for ${hours} hours.\n` }
}

export function welcomeLetter({ to, instance, link, hours }: About): Letter {
  return { to, subject: `Your account – ${instance}`, text: `Open this link to go on with your account on ${instance}:\n\n${link}\n\nIt works once, for ${hours} hours. If it was not you who asked for it, do nothing.\n` }
}
