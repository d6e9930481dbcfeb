// Which properties the unit of a container has, besides its limits (systemd.scope(5), systemd.resource-control(5)). Pure.

import type { Property } from '#ffi/sd-bus.ts'
import type { Unit } from '../record.ts'
import { isSlice } from './unit.ts'

/**
 * Takes the unit, what people are to read about it, its first process as systemd numbers it, and whether the controllers
 * are of version 2.
 */
export function unitProperties(
  unit: Unit,
  { description, pid, unified }: { description: string; pid: number; unified: boolean },
): readonly Property[] {
  return [
    { name: 'Description', type: 's', value: description },
    // Otherwise the shutdown of the host would have to stop it before the engine, and a boot's units would order it.
    { name: 'DefaultDependencies', type: 'b', value: false },
    ...(isSlice(unit) ? sliceProperties(unit) : scopeProperties(unit, pid)),
    ...accounting(unified).map((name): Property => ({ name, type: 'b', value: true })),
  ]
}

/** A slice lies in the one that its name says; no process can be handed over to it. */
function sliceProperties({ slice }: Unit): readonly Property[] {
  return [{ name: 'Wants', type: 'as', value: [slice] }]
}

function scopeProperties({ slice }: Unit, pid: number): readonly Property[] {
  return [
    { name: 'Slice', type: 's', value: slice },
    // systemd leaves everything below alone, and whatever is written to files that no property stands for.
    { name: 'Delegate', type: 'b', value: true },
    { name: 'PIDs', type: 'au', value: [pid] },
    // One that has failed is forgotten at once, should nobody be left to delete the container.
    { name: 'CollectMode', type: 's', value: 'inactive-or-failed' },
  ]
}

/** Accounting is how systemd is asked for a controller. */
function accounting(unified: boolean): readonly string[] {
  return ['CPUAccounting', 'MemoryAccounting', 'TasksAccounting', unified ? 'IOAccounting' : 'BlockIOAccounting']
}
