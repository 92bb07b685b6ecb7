import { newBytes, newFiles, newRuns } from './bytes.ts'
import { carType, directoryCar, fileCar, type MadeCar } from './cars.ts'
import { memoryBody, type Body } from './send.ts'
import type { Sizes } from './sizes.ts'

const shapes = ['big', 'small', 'directory'] as const

/** What travels between peers: a file in blocks of 1 MiB, a file in blocks of 4 KiB, a directory of files of 4 KiB. */
export type Shape = (typeof shapes)[number]

/** Makes a new DAG of each shape, gives each to whoever is to have it, and returns the roots. */
export async function loadCargo(sizes: Sizes, give: (car: () => Body) => Promise<void>): Promise<Record<Shape, string>> {
  const roots: Partial<Record<Shape, string>> = {}
  for (const shape of shapes) {
    const { root, bytes } = await make(shape, sizes)
    await give(() => memoryBody(carType, bytes))
    roots[shape] = root.toString()
  }
  return roots as Record<Shape, string>
}

function make(shape: Shape, { file, leaves, files }: Sizes): Promise<MadeCar> {
  if (shape === 'big') return fileCar(newBytes(file), 2 ** 20)
  if (shape === 'small') return fileCar(newRuns(leaves, 4096), 4096)
  return directoryCar(newFiles(files))
}
