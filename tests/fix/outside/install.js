// Puts jspurefix and the packages it loads into a directory, unless they are there: each exactly as
// package-lock.json has it, by npm from the registry. Nothing of them is run.
//
//   node install.js DIRECTORY
//
// `npm ci` would do, but writes 21,000 files, of which a FIX session loads one in eight; this takes
// a third of its time. Exit codes: 0; 75 with the reason where the registry does not answer; 1
// where a package is not what the lock says.
'use strict'

const { spawnSync } = require('child_process')
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')

const kUnavailable = 75
// What jspurefix needs for other things than FIX over TCP: HTTP, its command line, its code
// generator and its own dictionaries, which are zipped.
const kNotLoaded = ['axios', 'express', 'minimist', 'minimist-options', 'word-wrap', 'yauzl']
const kLeftOut = ['*.map', '*.ts', '*/package/src', 'package/src', '*/dist/types/FIX4.[0-3]']

const directory = path.resolve(process.argv[2])
const lockText = fs.readFileSync(path.join(__dirname, 'package-lock.json'), 'utf8')
const lock = JSON.parse(lockText).packages

function end (code, reason) {
  console.error(reason)
  process.exit(code)
}

// Where node finds `name` when the package at `place` asks for it.
function placeOf (name, place) {
  for (let at = place; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    const found = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (found in lock) return found
    if (at === '') end(1, `${name} is not in the lock`)
  }
}

function placesNeeded () {
  const needed = new Set([''])
  for (const place of needed) { // grows meanwhile; ends: the lock's places are finite
    for (const name of Object.keys(lock[place].dependencies ?? {})) {
      if (!kNotLoaded.includes(name)) needed.add(placeOf(name, place))
    }
  }
  needed.delete('')
  return [...needed]
}

const nameAt = place => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

// npm's name for the archive of a package: @a/b at 1.0.0 becomes a-b-1.0.0.tgz.
function archiveOf (place) {
  const name = nameAt(place).replace('@', '').replace('/', '-')
  return path.join(directory, 'archives', `${name}-${lock[place].version}.tgz`)
}

function fetch (places) {
  fs.mkdirSync(path.join(directory, 'archives'), { recursive: true })
  const specs = places.map(place => `${nameAt(place)}@${lock[place].version}`)
  const words = ['pack', '--loglevel=error', '--ignore-scripts', '--prefer-offline',
    '--fetch-retries=1', '--fetch-timeout=20000',
    '--pack-destination', path.join(directory, 'archives')]
  const npm = spawnSync('npm', [...words, ...specs], { cwd: directory, encoding: 'utf8' })
  if (npm.error) end(kUnavailable, `npm: ${npm.error.message}`)
  if (npm.status !== 0) end(kUnavailable, `npm pack: ${npm.stderr.slice(-2000)}`)
}

function unpack (place) {
  const archive = archiveOf(place)
  const found = crypto.createHash('sha512').update(fs.readFileSync(archive)).digest('base64')
  if (`sha512-${found}` !== lock[place].integrity) end(1, `${archive} is not what the lock says`)
  const target = path.join(directory, place)
  fs.mkdirSync(target, { recursive: true })
  const tar = spawnSync('tar', ['--extract', '--gzip', '--no-same-owner', '--strip-components=1',
    ...kLeftOut.map(pattern => `--exclude=${pattern}`), '--file', archive, '--directory', target])
  if (tar.status !== 0) end(1, `tar ${archive}: ${tar.stderr}`)
}

// A copy of the lock is written last, and says that all of it is there.
const stamp = path.join(directory, 'package-lock.json')
if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === lockText) process.exit(0)
fs.rmSync(directory, { recursive: true, force: true })
const places = placesNeeded()
fetch(places)
places.forEach(unpack)
fs.rmSync(path.join(directory, 'archives'), { recursive: true })
fs.writeFileSync(stamp, lockText)
