/** A scrape, to be asked. */
export interface Scraped {
  text: string
  lines: number
  names: Set<string>
  /** By name and labels, of which those that are named must fit; undefined where there is no such line. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined
}

/** The text format of Prometheus, as far as it is written here. */
export function readMetrics(text: string): Scraped {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const [, name = '', labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
    return { name, labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, value]) => [key!, value!])), value: Number(value === '+Inf' ? 'Infinity' : value) }
  })
  return {
    text,
    lines: samples.length,
    names: new Set(samples.map(({ name }) => name)),
    value: (name, labels = {}) => samples.find((sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value,
  }
}
