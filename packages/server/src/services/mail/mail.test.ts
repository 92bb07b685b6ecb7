import { expect, test } from 'vitest'
import { startSmtp, type SmtpOptions } from '../../../../../test/support/smtp.ts'
import { openMailer } from './index.ts'

const letter = { to: 'ada@example.org', subject: 'Hello', text: 'Good day.\n' }

async function send(refusals: SmtpOptions, to = letter.to) {
  const smtp = await startSmtp(refusals)
  const mailer = openMailer({ url: smtp.url, from: 'Harbour <harbour@example.org>' })
  try {
    return { ...(await mailer.send({ ...letter, to })), came: smtp.letters.length }
  } finally {
    await mailer.close()
    await smtp.close()
  }
}

test('a letter that the mail server takes has arrived there', async () => {
  expect(await send({})).toEqual({ ok: true, came: 1 })
})

test.each([
  ['an addressee whom it does not know', { refusal: () => 550 }, true, '550'],
  ['an addressee who is full for now', { refusal: () => 452 }, false, '452'],
  ['an addressee before a password', { refusal: () => 530 }, false, '530'],
  ['a letter that it will not have', { letterRefusal: () => 554 }, true, '554'],
  ['a letter that it will not have now', { letterRefusal: () => 451 }, false, '451'],
  // Every letter would be lost until the operator has mended it.
  ['a sender before a password', { senderRefusal: () => 530 }, false, '530'],
  ['a sender who may not send', { senderRefusal: () => 550 }, false, '550'],
  ['a sender, for now', { senderRefusal: () => 451 }, false, '451'],
])('the mail server refuses %s', async (_what, refusals, forGood, code) => {
  expect(await send(refusals)).toEqual({ ok: false, forGood, reason: expect.stringContaining(code), came: 0 })
})

test('a letter to no address is refused for good before any mail server is asked', async () => {
  expect(await send({}, '')).toEqual({ ok: false, forGood: true, reason: expect.stringContaining('No recipients'), came: 0 })
})
