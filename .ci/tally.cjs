'use strict'
// tally.cjs REPORT CODE LIST: prints how many tests passed, failed and were skipped, from vitest's JSON report and its exit code,
// and adds to the file LIST a line for each that failed.
const { appendFileSync, readFileSync } = require('node:fs')
const { relative } = require('node:path')

const [report, code, list] = process.argv.slice(2)
const failures = []
let passed = 0
let failed = 0
let skipped = 0
for (const file of readReport()) {
  const states = file.assertionResults.map(({ status }) => status)
  const broken = states.filter((status) => status === 'failed').length
  for (const test of file.assertionResults) if (test.status === 'failed') note(file, test.fullName, test.failureMessages[0])
  const good = states.filter((status) => status === 'passed').length
  passed += good
  // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
  const spoilt = broken === 0 && file.status === 'failed'
  if (spoilt) note(file, 'the file itself', file.message)
  failed += spoilt ? 1 : broken
  skipped += states.length - broken - good
}
const ranNone = passed + failed === 0
const endedBadly = Number(code) !== 0 && failed === 0
if (ranNone || endedBadly) {
  failures.push(ranNone ? `no test ran (exit code ${code})` : `no test failed, and yet the exit code was ${code}`)
  failed++
}
if (failures.length > 0) appendFileSync(list, `${failures.join('\n')}\n`)
console.log(`${passed} ${failed} ${skipped}`)

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults
  } catch {
    return [] // it ended before it could report: counted as a failure
  }
}

function note(file, name, message) {
  const reason = (message ?? '').split('\n')[0].slice(0, 300)
  failures.push(`${relative(process.cwd(), file.name)} > ${name}: ${reason}`)
}
