'use strict'
// Runs before `npm start` and `npm test`, on whatever Node is installed (18 or newer): installs what the lockfile names, builds the
// dashboard, and makes sure that what follows runs on the Node that the project brings along. Does nothing when all is in place.
const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const purpose = process.argv[2] === 'test' ? 'test' : 'start'
const binFolder = path.join(root, 'node_modules', '.bin')
const env = Object.assign({}, process.env, { PATH: binFolder + path.delimiter + process.env.PATH })
const stampFile = path.join(root, 'node_modules', '.thole-stamp.json')

main()

function main() {
  const stamp = readStamp()
  const lock = hashOf([path.join(root, 'package-lock.json')])
  if (stamp.lock !== lock || (purpose === 'test' && stamp.purpose !== 'test')) {
    install()
    stamp.lock = lock
    stamp.purpose = purpose
    fs.writeFileSync(stampFile, JSON.stringify(stamp))
  }
  demandNode()
  const web = hashOf(filesBelow(path.join(root, 'packages', 'web')))
  if (stamp.web !== web || !fs.existsSync(path.join(root, 'packages', 'web', 'dist', 'index.html'))) {
    console.log('Building the dashboard …')
    run('npm', ['run', '--silent', 'build', '--workspace', 'packages/web', '--', '--logLevel', 'warn'])
    stamp.web = web
    fs.writeFileSync(stampFile, JSON.stringify(stamp))
  }
}

function install() {
  const what = purpose === 'test' ? [] : ['--omit=dev']
  console.log(`Installing what ${purpose === 'test' ? 'the tests need' : 'Thole needs'} …`)
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  if (spawn('npm', ['ci'].concat(what, quiet)) !== 0) {
    console.error('npm ci did not succeed; trying npm install.')
    run('npm', ['install', '--no-save'].concat(what, quiet))
  }
  // `--ignore-scripts` in somebody's npm settings leaves Node itself out.
  if (!fs.existsSync(path.join(binFolder, 'node'))) spawn('npm', ['rebuild', 'node'].concat(quiet))
}

function demandNode() {
  const found = spawnSync('node', ['-p', 'process.versions.node'], { env: env, encoding: 'utf8' })
  const version = (found.stdout || '').trim()
  const parts = version.split('.').map(Number)
  if (parts[0] > 24 || (parts[0] === 24 && (parts[1] > 18 || (parts[1] === 18 && parts[2] >= 1)))) return
  console.error(`Thole runs on Node 24.18.1 or newer, which npm should have put into node_modules; found ${version || 'none'}. Run: npm rebuild node`)
  process.exit(1)
}

function run(command, args) {
  const code = spawn(command, args)
  if (code !== 0) process.exit(code)
}

function spawn(command, args) {
  const done = spawnSync(command, args, { cwd: root, env: env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  return done.status === null ? 1 : done.status
}

function readStamp() {
  try {
    return JSON.parse(fs.readFileSync(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

function filesBelow(folder) {
  const skipped = ['node_modules', 'dist']
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.indexOf(entry.name) !== -1) return []
    const file = path.join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(file) : [file]
  }).sort()
}

function hashOf(files) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(path.relative(root, file)).update('\0').update(fs.readFileSync(file))
  return hash.digest('hex')
}
