'use strict'
// tally.cjs REPORT CODE: prints how many tests passed, failed and were skipped, from vitest's JSON report and its exit code.
const { readFileSync } = require('node:fs')

const [report, code] = process.argv.slice(2)
let passed = 0
let failed = 0
let skipped = 0
for (const file of readReport()) {
  const states = file.assertionResults.map(({ status }) => status)
  const broken = states.filter((status) => status === 'failed').length
  const good = states.filter((status) => status === 'passed').length
  passed += good
  // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
  failed += broken === 0 && file.status === 'failed' ? 1 : broken
  skipped += states.length - broken - good
}
const ranNone = passed + failed === 0
const endedBadly = Number(code) !== 0 && failed === 0
if (ranNone || endedBadly) failed++
console.log(`${passed} ${failed} ${skipped}`)

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testResults
  } catch {
    return [] // it ended before it could report: counted as a failure
  }
}
