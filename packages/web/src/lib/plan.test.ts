import { describe, expect, it } from 'vitest'
import { planUploads } from './plan.ts'

const pick = (path: string, type = '') => ({ path, file: new File(['abc'], path.split('/').at(-1) ?? '', { type }) })
const outline = (plans: ReturnType<typeof planUploads>) => plans.map(({ kind, name, items }) => [kind, name, items.map(({ path }) => path)])

describe('planUploads', () => {
  it('takes one file as a file', () => {
    expect(outline(planUploads([pick('a.txt')]))).toEqual([['file', 'a.txt', ['a.txt']]])
  })
  it('makes one folder of several files, or an upload of each', () => {
    const picked = [pick('a.txt'), pick('b.txt')]
    expect(outline(planUploads(picked))).toEqual([['folder', '', ['a.txt', 'b.txt']]])
    expect(outline(planUploads(picked, { apart: true }))).toEqual([['file', 'a.txt', ['a.txt']], ['file', 'b.txt', ['b.txt']]])
  })
  it('makes a lone folder the root', () => {
    const picked = [pick('site/index.html'), pick('site/img/a.png')]
    expect(outline(planUploads(picked))).toEqual([['folder', 'site', ['index.html', 'img/a.png']]])
    expect(outline(planUploads([pick('site/index.html')]))).toEqual([['folder', 'site', ['site/index.html']]])
  })
  it('keeps the names of several folders', () => {
    const picked = [pick('a/1'), pick('b/2'), pick('c')]
    expect(outline(planUploads(picked))).toEqual([['folder', '', ['a/1', 'b/2', 'c']]])
    expect(outline(planUploads([...picked, pick('a/3')], { apart: true }))).toEqual([['folder', 'a', ['1', '3']], ['folder', 'b', ['b/2']], ['file', 'c', ['c']]])
  })
  it('sets loose CARs apart, not those inside of folders', () => {
    const picked = [pick('x.CAR'), pick('a/y.car'), pick('b')]
    expect(outline(planUploads(picked))).toEqual([['car', 'x.CAR', ['x.CAR']], ['folder', '', ['a/y.car', 'b']]])
  })
  it('counts bytes', () => {
    expect(planUploads([pick('a'), pick('b')])[0]?.bytes).toBe(6)
    expect(planUploads([])).toEqual([])
  })
})
