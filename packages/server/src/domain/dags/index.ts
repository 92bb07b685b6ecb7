export { createDags, type Dags, type DagsParts, type DagDescription } from './dags.ts'
export { applyMeasure, measureDag, type Measure } from './measure.ts'
export { createFetcher, type Fetcher, type FetcherParts } from './fetch.ts'
