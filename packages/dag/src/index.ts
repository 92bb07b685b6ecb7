import './hash/rare.ts'

export * from './light.ts'
