import type { Plan, PlanInput, PlanOptions } from './plan.ts'
import { planCar } from './plan-car.ts'
import { planFiles } from './plan-files.ts'

/** Reads everything once and names its blocks. */
export function makePlan(input: PlanInput, options: PlanOptions): Promise<Plan> {
  return input.car ? planCar(input, options) : planFiles(input, options)
}
