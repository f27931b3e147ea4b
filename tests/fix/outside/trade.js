// Two members trade through jspurefix, one in FIX 4.4, one in FIX 5.0 SP2; then they change roles.
// One line a check: "ok ..." or "FAILED ..." with what was wanted and what came. The exit code is 0
// where all are ok.
//
//   node trade.js SETTINGS.json
//
// SETTINGS: port, members {"FIX.4.4": {compId, password}, "FIXT.1.1": ...}, dictionaries (the
// directory), workDirectory. NODE_PATH names the directory with jspurefix.
'use strict'

const assert = require('assert')
const fs = require('fs')
const { Member, dictionaryFile } = require('./engine')

const kHeartBeatSeconds = 5
const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
let failures = 0

function check (name, found, wanted) {
  try {
    assert.deepStrictEqual(found, wanted)
    console.log(`ok ${name}`)
  } catch (error) {
    failures += 1
    console.log(`FAILED ${name}: ${error.message}`)
  }
}

// What the venue chose and no one can know before: checked for its form, then left out.
const kForms = {
  OrderID: value => /^\d+$/.test(value),
  ExecID: value => /^\d+\.\d+(\.R)?$/.test(value),
  FeedSequence: value => /^\d+$/.test(value),
  MatchId: value => value.length > 0,
  TrdMatchID: value => value.length > 0,
  Text: value => value.length > 0,
  TransactTime: value => value instanceof Date && Math.abs(Date.now() - value) < 120000
}

// In place of the ids of what the door refused.
const kNoIds = { OrderID: '0', ExecID: '0.0' }

function told (message) {
  const left = {}
  for (const [field, value] of Object.entries(message.body)) {
    if (!(field in kForms)) left[field] = value
    else if (!kForms[field](value)) left[field] = `of no such form: ${value}`
  }
  return left
}

function memberOf (version) {
  const { compId, account, password } = settings.members[version]
  return new Member({
    port: settings.port,
    version,
    compId,
    account,
    password,
    heartBeatSeconds: kHeartBeatSeconds,
    dictionary: dictionaryFile(version, settings.dictionaries, settings.workDirectory)
  })
}

function order (member, id, terms) {
  return {
    Account: member.account,
    ClOrdID: id,
    Symbol: 'H100.D1',
    Side: '1',
    OrderQty: 2,
    OrdType: '2',
    Price: 2.35,
    TransactTime: new Date(),
    ...terms
  }
}

// The report of an order as it was entered, with what happened to it since.
function report (asked, changes) {
  const { TransactTime, ...terms } = asked
  return { TimeInForce: '0', AvgPx: 0, CumQty: 0, LeavesQty: terms.OrderQty, ...terms, ...changes }
}

async function listSecurities (member) {
  member.say('x', { SecurityReqID: 'list', SecurityListRequestType: 4 })
  const list = (await member.hear('y')).body
  const contract = list.NoRelatedSym.find(entry => entry.Symbol === 'H100.D1')
  check(`${member.name} lists securities`,
    [list.SecurityReqID, list.SecurityRequestResult, list.NoRelatedSym.length],
    ['list', 0, list.TotNoRelatedSym])
  check(`${member.name} reads a contract's terms`,
    [contract.Currency, contract.ContractMultiplier, contract.SecurityTradingStatus,
      contract.MinPriceIncrement],
    ['USD', 24, 17, 0.0001])
}

async function trade (maker, taker) {
  const asked = order(maker, `${maker.name}-rest`)
  maker.say('D', asked)
  check(`${maker.name} enters an order`, told(await maker.hear('8')),
    report(asked, { ExecType: '0', OrdStatus: '0' }))

  const against = order(taker, `${maker.name}-hit`, { Side: '2', OrderQty: 1, TimeInForce: '3' })
  taker.say('D', against)
  check(`${taker.name}'s order is taken`, told(await taker.hear('8')),
    report(against, { ExecType: '0', OrdStatus: '0' }))
  const hit = await taker.hear('8')
  const filled = await maker.hear('8')
  check(`${taker.name} trades with it`, told(hit),
    report(against, { ...fill(taker, 1, true), OrdStatus: '2', LeavesQty: 0 }))
  check(`${maker.name} hears of the trade`, told(filled),
    report(asked, { ...fill(maker, 1, false), OrdStatus: '1', LeavesQty: 1 }))
  check('both sides of the trade have one match', matchOf(maker, filled), matchOf(taker, hit))
  return asked
}

function fill (member, lots, isAggressor) {
  return {
    ExecType: 'F',
    AvgPx: 2.35,
    CumQty: lots,
    LastPx: 2.35,
    LastQty: lots,
    LastLiquidityInd: isAggressor ? 2 : 1,
    ...(member.isFix44 ? {} : { AggressorIndicator: isAggressor })
  }
}

function matchOf (member, message) {
  return member.isFix44 ? message.body.MatchId : message.body.TrdMatchID
}

async function changeAndCancel (member, asked) {
  const changed = order(member, `${member.name}-replace`, { OrderQty: 5, Price: 2.3 })
  member.say('G', { ...changed, OrigClOrdID: asked.ClOrdID })
  const traded = report(changed, { CumQty: 1, AvgPx: 2.35, OrigClOrdID: asked.ClOrdID })
  check(`${member.name} replaces the rest`, told(await member.hear('8')),
    { ...traded, ExecType: '5', OrdStatus: '1', LeavesQty: 4 })

  const { ClOrdID, Symbol, Side, TransactTime } = order(member, `${member.name}-cancel`)
  const cancel = { ClOrdID, OrigClOrdID: changed.ClOrdID, Symbol, Side, TransactTime }
  member.say('F', cancel)
  check(`${member.name} cancels it`, told(await member.hear('8')),
    { ...traded, ...ids(cancel), ExecType: '4', OrdStatus: '4', LeavesQty: 0 })

  const again = { ...cancel, ClOrdID: `${member.name}-again` }
  member.say('F', again)
  check(`${member.name} cannot cancel it twice`, told(await member.hear('9')), {
    ...ids(again),
    Account: member.account,
    CxlRejReason: 0,
    CxlRejResponseTo: '1',
    OrdStatus: '4',
    RejectCode: 11
  })
}

function ids ({ ClOrdID, OrigClOrdID }) {
  return { ClOrdID, OrigClOrdID }
}

async function beRefused (member) {
  const odd = order(member, `${member.name}-odd`, { Price: 2.35123 }) // between two increments
  member.say('D', odd)
  const refusal = await member.hear('8')
  const { TimeInForce, Price, ...rest } = report(odd, { ExecType: '8', OrdStatus: '8' })
  check(`${member.name} hears why a price is refused`,
    [refusal.body.OrderID, refusal.body.ExecID[0], told({ body: { ...refusal.body, ...kNoIds } })],
    ['NONE', 'R', {
      ...rest, LeavesQty: 0, OrdRejReason: member.isFix44 ? 99 : 18, RejectCode: 23
    }])

  member.say('D', order(member, `${member.name}-side`, { Side: '3' }))
  const { RefSeqNum, Text, ...rejected } = (await member.hear('3')).body
  check(`${member.name} hears of a value that is none`, rejected,
    { RefTagID: 54, RefMsgType: 'D', SessionRejectReason: 5 })
}

async function testRequest (member) {
  member.say('1', { TestReqID: 'are you there' })
  check(`${member.name}'s TestRequest is answered`, (await member.hear('0')).body,
    { TestReqID: 'are you there' })
}

// A fill that comes while its member is away is in the resend that jspurefix asks for.
async function recover (member, other) {
  const asked = order(member, `${member.name}-away`, { TimeInForce: '1' })
  member.say('D', asked)
  await member.hear('8')
  await member.breakOff()
  const meanwhile = { Side: '2', TimeInForce: '3' }
  other.say('D', order(other, `${member.name}-meanwhile`, meanwhile))
  await other.hear('8')
  await other.hear('8')

  const asksBefore = member.count('2')
  await member.logOn()
  const missed = await member.hear('8')
  check(`${member.name} asked for what it missed`, member.count('2'), asksBefore + 1)
  check(`${member.name} hears of the trade it missed`,
    [told(missed), missed.header.PossDupFlag, missed.header.OrigSendingTime instanceof Date],
    [report(asked, { ...fill(member, 2, false), OrdStatus: '2', LeavesQty: 0 }), true, true])
}

async function stayConnected (member) {
  const before = member.count('0')
  check(`${member.name} hears a Heartbeat unasked`, (await member.hear('0')).body, {})
  check(`${member.name} sends one`, await member.hasSaid('0', before + 1), true)
}

async function logOut (member) {
  const answer = await member.logOut()
  check(`${member.name} logs out`, answer.body, {})
  check(`${member.name} found all as the dictionary has it`, member.refused, [])
}

async function main () {
  const members = ['FIX.4.4', 'FIXT.1.1'].map(memberOf)
  for (const member of members) {
    const logon = await member.logOn()
    check(`${member.name} logs on`, [logon.header.BeginString, logon.body], [
      member.isFix44 ? 'FIX.4.4' : 'FIXT.1.1', {
        EncryptMethod: 0,
        HeartBtInt: kHeartBeatSeconds,
        ...(member.isFix44 ? {} : { DefaultApplVerID: '9' })
      }])
  }
  for (const [member, other] of [members, [...members].reverse()]) {
    await listSecurities(member)
    const asked = await trade(member, other)
    await changeAndCancel(member, asked)
    await beRefused(member)
    await recover(member, other)
    await testRequest(member)
  }
  await Promise.all(members.map(stayConnected))
  await Promise.all(members.map(logOut))
}

main().catch(error => {
  failures += 1
  console.log(`FAILED ${error.stack}`)
}).finally(() => {
  console.log(`${failures} failed`)
  process.exit(failures === 0 ? 0 : 1)
})
