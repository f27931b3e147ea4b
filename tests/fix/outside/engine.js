// A member's session on jspurefix, a FIX engine of its own, with our published dictionaries.
'use strict'

require('reflect-metadata')
const fs = require('fs')
const path = require('path')
const {
  AsciiSession, EmptyLogFactory, MemorySessionStore, SessionLauncher
} = require('jspurefix')

const kPatienceMs = 15000

// jspurefix reads one dictionary a session: those of FIXT 1.1 and of FIX 5.0 SP2 become one, with
// the session layer's header, trailer and messages, the application's messages, and both's fields.
function mergeDictionaries (session, application) {
  const part = (text, name) => {
    const found = new RegExp(`<${name}>([^]*)</${name}>`).exec(text)
    if (!found) throw new Error(`a dictionary without ${name}`)
    return found[1]
  }
  const fields = new Map()
  for (const text of [session, application]) {
    const all = part(text, 'fields').matchAll(/<field number="(\d+)"[^>]*?(?:\/>|>[^]*?<\/field>)/g)
    for (const [field, number] of all) fields.set(number, field)
  }
  return session
    .replace('</messages>', () => part(application, 'messages') + '</messages>')
    .replace(/<fields>[^]*<\/fields>/, () => `<fields>${[...fields.values()].join('\n')}</fields>`)
}

// The dictionary of a version, as a file jspurefix reads.
function dictionaryFile (version, dictionaries, workDirectory) {
  if (version === 'FIX.4.4') return path.join(dictionaries, 'FIX44-HG.xml')
  const read = name => fs.readFileSync(path.join(dictionaries, name), 'utf8')
  const file = path.join(workDirectory, 'FIX50SP2-whole.xml')
  fs.writeFileSync(file, mergeDictionaries(read('FIXT11-HG.xml'), read('FIX50SP2-HG.xml')))
  return file
}

class MemberSession extends AsciiSession {
  constructor (config, member) {
    super(config)
    this.member = member
    this.checkMsgIntegrity = true // it refuses what the dictionary does not have, by 35=3
  }

  rxOnMsg (msgType, view) {
    this.member.hears(msgType, view)
    super.rxOnMsg(msgType, view)
  }

  onEncoded (msgType, text) { this.member.says(msgType, text) }
  onDecoded () {}
  onApplicationMsg () {}
  onReady () { this.member.isReady = true }
  onLogon () { return true }
  onStopped (error) { this.member.stopped(error) }

  // Ends without a Logout, as when a network fails.
  breakOff () {
    const { duplex } = this.transport
    this.terminate(new Error('broken off'))
    duplex.destroy()
  }
}

class Launcher extends SessionLauncher {
  constructor (description, member) {
    super(description, null, new EmptyLogFactory())
    this.member = member
  }

  makeFactory () {
    const makeSession = config => {
      // Its numbers outlive the connection here. jspurefix's own file store does not wait for one
      // write of them before the next, so that older ones can come to stand in the file.
      const create = id => (this.member.store ??= new MemorySessionStore(id))
      config.sessionStoreFactory = { create }
      return (this.member.session = new MemberSession(config, this.member))
    }
    return { makeSession }
  }
}

// One connection of a member. What the venue says is kept as jspurefix parsed it, in order, and is
// taken with hear().
class Member {
  constructor (settings) {
    this.name = settings.compId
    this.account = settings.account
    this.isFix44 = settings.version === 'FIX.4.4'
    this.description = {
      application: {
        type: 'initiator',
        name: settings.compId,
        protocol: 'ascii',
        dictionary: settings.dictionary,
        tcp: { host: '127.0.0.1', port: settings.port }
      },
      BeginString: settings.version,
      SenderCompId: settings.compId,
      TargetCompID: 'HOURGLASS',
      Username: settings.compId,
      Password: settings.password,
      HeartBtInt: settings.heartBeatSeconds,
      ResetSeqNumFlag: false,
      Logon: this.isFix44 ? {} : { DefaultApplVerID: '9' }
    }
    this.heard = []
    this.said = []
    this.refused = []
    this.wake = () => {}
    this.isReady = false
    this.isOver = false
  }

  async logOn () {
    this.isReady = this.isOver = false
    this.run = new Launcher(this.description, this).run().catch(error => this.stopped(error))
    return await this.hear('A')
  }

  say (msgType, body) { this.session.send(msgType, body) }

  hears (msgType, view) {
    const { StandardHeader, StandardTrailer, ...body } = view.toObject()
    this.heard.push({ MsgType: msgType, header: StandardHeader, body })
    this.wake()
  }

  says (msgType, text) {
    this.said.push(msgType)
    if (msgType === '3') this.refused.push(text)
  }

  stopped (error) {
    this.error = error
    this.isOver = true
    this.wake()
  }

  // The next message of this type; what came before it is passed over.
  async hear (msgType) {
    const until = Date.now() + kPatienceMs
    const others = []
    const fail = what => {
      throw new Error(`${this.name}: ${what} ${msgType}; heard ${JSON.stringify(others)}`)
    }
    for (;;) { // ends: with that message, the session, or patience
      while (this.heard.length > 0) {
        const message = this.heard.shift()
        if (message.MsgType === msgType) return message
        others.push(message)
      }
      if (this.isOver) fail(`${this.error} before a`)
      if (Date.now() > until) fail('there came no')
      await new Promise(resolve => {
        this.wake = resolve
        setTimeout(resolve, 1000).unref()
      })
    }
  }

  count (msgType) { return this.said.filter(type => type === msgType).length }

  // Whether this many of the type are sent, now or in a while.
  async hasSaid (msgType, wanted) {
    const until = Date.now() + kPatienceMs
    while (this.count(msgType) < wanted && Date.now() < until) {
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    return this.count(msgType) >= wanted
  }

  // Sends a Logout and waits for the venue's and the end of the session.
  async logOut () {
    this.session.done()
    const answer = await this.hear('5')
    await this.run
    return answer
  }

  async breakOff () {
    this.session.breakOff()
    await this.run
  }
}

module.exports = { Member, dictionaryFile }
