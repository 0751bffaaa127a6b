// Makes the codecs of a plan's types, once for all instances.

import { layoutsOf } from '../../../guest-runtime/link/layout.ts';
import { partsOf } from '../../../guest-runtime/link/type-table.ts';
import type { LinkPlan, PlanType, TypeIndex } from '../../gen/runtime.ts';
import type { Codec } from './codec.ts';
import {
  createBorrowCodec,
  createGuestSide,
  createHeldSide,
  createOwnCodec,
  hostSide,
  type ResourceSide,
} from './handle.ts';
import { createListCodec, createNumberListCodec, isNumberPrimitive } from './list.ts';
import { createPrimitiveCodec } from './primitive.ts';
import { createFlagsCodec, createRecordCodec, createTupleCodec } from './record.ts';
import { stringCodec } from './string.ts';
import { createEnumCodec, createOptionCodec, createResultCodec, createVariantCodec } from './variant.ts';

/**
 * Who is on the other side of a call: the host as callee (lists of bytes may be views that end with the call) or as caller,
 * or another component.
 */
export type Peer = 'host-callee' | 'host-caller' | 'component';

export type CodecTable = {
  codecOf(type: TypeIndex): Codec;
  /** Whether a value of the type can hold a borrowed handle: borrows stand alone or in what is made of them. */
  holdsBorrow(type: TypeIndex): boolean;
};

/** Makes the codecs of all types of a plan for one kind of peer. */
export function createCodecTable(plan: LinkPlan, peer: Peer): CodecTable {
  const layouts = layoutsOf(plan.types);
  const codecs: Codec[] = [];
  const borrowing: boolean[] = [];
  const holdsBorrow = (type: TypeIndex): boolean => borrowing[type] ?? false;
  const codecOf = (type: TypeIndex): Codec => {
    const codec = codecs[type];
    if (codec === undefined) throw new RangeError(`no type ${type} in the plan`);
    return codec;
  };
  const optional = (type: TypeIndex | undefined) => (type === undefined ? null : codecOf(type));
  const create = (type: PlanType, index: number): Codec => {
    const layout = layouts[index];
    if (layout === undefined) throw new RangeError(`no type ${index} in the plan`);
    switch (type.tag) {
      case 'primitive':
        return type.val === 'string' ? stringCodec : createPrimitiveCodec(type.val);
      case 'record':
        return createRecordCodec(type.val.map((field) => ({ name: field.name, codec: codecOf(field.type) })));
      case 'tuple':
        return createTupleCodec(type.val.map((element) => codecOf(element.type)));
      case 'flags':
        return createFlagsCodec(type.val);
      case 'list': {
        const element = plan.types[type.val];
        return element?.tag === 'primitive' && isNumberPrimitive(element.val)
          ? createNumberListCodec(element.val, codecOf(type.val), peer === 'host-callee')
          : createListCodec(codecOf(type.val));
      }
      case 'variant':
        return createVariantCodec(
          layout,
          type.val.map((variantCase) => ({ name: variantCase.name, codec: optional(variantCase.type) })),
        );
      case 'enum':
        return createEnumCodec(layout, type.val);
      case 'option':
        return createOptionCodec(layout, codecOf(type.val), plan.types[type.val]?.tag === 'option');
      case 'result':
        return createResultCodec(layout, optional(type.val.ok), optional(type.val.error));
      case 'own':
        return createOwnCodec(type.val, sideOf(plan, type.val, peer));
      case 'borrow':
        return createBorrowCodec(type.val, sideOf(plan, type.val, peer));
    }
  };
  plan.types.forEach((type, index) => {
    codecs.push(create(type, index));
    borrowing.push(type.tag === 'borrow' || partsOf(type).some(holdsBorrow));
  });
  return { codecOf, holdsBorrow };
}

function sideOf(plan: LinkPlan, index: number, peer: Peer): ResourceSide {
  const resource = plan.resources[index];
  if (resource === undefined) throw new RangeError(`no resource ${index} in the plan`);
  if (resource.tag === 'host') return hostSide;
  const definer = resource.val.instance;
  return peer === 'component' ? createGuestSide(definer) : createHeldSide(definer, index);
}
