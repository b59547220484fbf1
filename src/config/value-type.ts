/** The type that the value of a setting has when it is resolved. */

import type { Setting } from './setting.js';
import type { Address } from './values/address.js';

type ItemOf<S extends Setting> = S extends { kind: 'choice'; choices: readonly (infer C)[] }
  ? C
  : S extends { kind: 'address' }
    ? Address
    : S extends { kind: 'flag' }
      ? boolean
      : S extends { kind: 'text' | 'path' }
        ? string
        : number;

type IsOptional<S extends Setting> = S extends { takesOff: true }
  ? undefined
  : S extends { default: infer D }
    ? D extends 'off'
      ? undefined
      : never
    : undefined;

export type ValueOf<S extends Setting> = S extends { isList: true }
  ? readonly ItemOf<S>[]
  : ItemOf<S> | IsOptional<S>;
