import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What the fake refuses, as Stripe would. */
export class Refusal extends Error {
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(status: number, code: string, details: Record<string, unknown> = {}) {
    super(code);
    this.status = status;
    this.details = { type: 'invalid_request_error', code, message: code, ...details };
  }
}

/** Parameters as they come over the wire. */
export type Raw = string | number | boolean | Raw[] | { [name: string]: Raw };

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;
type Place = { declarations: Map<string, Declaration>; scope: string; path: string };

const resources = join(dirname(createRequire(import.meta.url).resolve('stripe')), '../esm/resources');
const parsed = new Map<string, Map<string, Declaration>>();

/**
 * Reads parameters by a type of the installed SDK, as `Checkout/Sessions:Checkout.SessionCreateParams`: the types are
 * the contract of the API version that the SDK pins. Anything that they lack is refused.
 */
export function readParams(type: string, raw: Raw): unknown {
  const [file = '', name = ''] = type.split(':');
  const declarations = parsed.get(file) ?? declarationsOf(file);
  parsed.set(file, declarations);
  return readNamed(raw, name, { declarations, scope: '', path: '' });
}

function declarationsOf(file: string): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  const collect = (node: ts.Node, scope: string) => {
    if (ts.isModuleDeclaration(node) && node.body) {
      const inner = `${scope}${node.name.text}.`;
      ts.forEachChild(node.body, (child) => collect(child, inner));
    } else if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
      found.set(scope + node.name.text, node);
    }
  };
  const text = readFileSync(join(resources, `${file}.d.ts`), 'utf8');
  ts.forEachChild(ts.createSourceFile(file, text, ts.ScriptTarget.Latest), (child) => collect(child, ''));
  return found;
}

function readNamed(raw: Raw, name: string, place: Place): unknown {
  const scopes = place.scope.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));
  const names = [name, ...scopes.map((scope) => `${scope}.${name}`)];
  const full = names.findLast((candidate) => place.declarations.has(candidate)) ?? '';
  const declaration = place.declarations.get(full);
  const inside = { ...place, scope: full.split('.').slice(0, -1).join('.') };
  if (!declaration) return raw;
  if (ts.isTypeAliasDeclaration(declaration)) return readType(raw, declaration.type, inside);
  return readObject(raw, membersOf(declaration), inside);
}

function membersOf(declaration: ts.InterfaceDeclaration) {
  const members = new Map<string, { type: ts.TypeNode | null; optional: boolean }>();
  for (const member of declaration.members) {
    if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name)) continue;
    members.set(member.name.text, { type: member.type ?? null, optional: Boolean(member.questionToken) });
  }
  if (!declaration.heritageClauses) return members;
  for (const name of ['limit', 'starting_after', 'ending_before']) members.set(name, { type: null, optional: true });
  return members;
}

function readObject(raw: Raw, members: ReturnType<typeof membersOf>, place: Place): unknown {
  if (typeof raw !== 'object' || Array.isArray(raw)) throw refusal('parameter_invalid_object', place.path);
  for (const [name, { optional }] of members)
    if (!optional && !(name in raw)) throw refusal('parameter_missing', inner(place, name).path);
  const read = Object.entries(raw).map(([name, value]) => {
    const member = members.get(name);
    if (!member) throw refusal('parameter_unknown', inner(place, name).path);
    return [name, member.type ? readType(value, member.type, inner(place, name)) : value];
  });
  return Object.fromEntries(read);
}

function readType(raw: Raw, type: ts.TypeNode, place: Place): unknown {
  if (ts.isUnionTypeNode(type)) return readUnion(raw, type.types, place);
  if (ts.isLiteralTypeNode(type)) {
    const { literal } = type;
    if (ts.isStringLiteral(literal) && literal.text === raw) return raw;
    throw refusal('parameter_invalid', place.path);
  }
  if (ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName)) {
    const [argument] = type.typeArguments ?? [];
    if (argument && type.typeName.text === 'Array') return readArray(raw, argument, place);
    if (argument && type.typeName.text === 'Emptyable') return raw === '' ? raw : readType(raw, argument, place);
    // Values that a later version may know are none of this version's.
    if (type.typeName.text === 'OtherString') throw refusal('parameter_invalid', place.path);
  }
  return ts.isTypeReferenceNode(type) ? readNamed(raw, nameOf(type.typeName), place) : readLeaf(raw, type, place);
}

function readUnion(raw: Raw, types: readonly ts.TypeNode[], place: Place): unknown {
  let refused: unknown = null;
  for (const type of types) {
    try {
      return readType(raw, type, place);
    } catch (error) {
      refused ??= error;
    }
  }
  throw refused;
}

function readArray(raw: Raw, type: ts.TypeNode, place: Place): unknown[] {
  if (!Array.isArray(raw)) throw refusal('parameter_invalid_array', place.path);
  return raw.map((item, index) => readType(item, type, inner(place, String(index))));
}

function readLeaf(raw: Raw, type: ts.TypeNode, { path }: Place): unknown {
  if (type.kind === ts.SyntaxKind.NumberKeyword) {
    if (!/^-?\d+(\.\d+)?$/.test(String(raw))) throw refusal('parameter_invalid_number', path);
    return Number(raw);
  }
  if (type.kind === ts.SyntaxKind.BooleanKeyword) {
    if (!['true', 'false'].includes(String(raw))) throw refusal('parameter_invalid_boolean', path);
    return String(raw) === 'true';
  }
  if (type.kind === ts.SyntaxKind.StringKeyword && typeof raw !== 'string')
    throw refusal('parameter_invalid_string', path);
  return raw;
}

function nameOf(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : `${nameOf(name.left)}.${name.right.text}`;
}

function inner(place: Place, name: string): Place {
  return { ...place, path: place.path ? `${place.path}[${name}]` : name };
}

function refusal(code: string, param: string) {
  return new Refusal(400, code, { param });
}

/** Reads `line_items[0][price_data][currency]=usd`, as version 1 of the API is spoken. */
export function readForm(fields: Iterable<[string, string]>): Raw {
  const root: { [name: string]: Raw } = {};
  for (const [field, value] of fields) {
    const names = field.split(/[[\]]+/).filter(Boolean);
    let place = root;
    for (const name of names.slice(0, -1)) {
      place[name] ??= {};
      place = place[name] as { [name: string]: Raw };
    }
    place[names.at(-1) ?? ''] = value;
  }
  return withArrays(root);
}

function withArrays(raw: Raw): Raw {
  if (typeof raw !== 'object' || Array.isArray(raw)) return raw;
  const read = Object.entries(raw).map(([name, value]) => [name, withArrays(value)] as const);
  const listed = read.length > 0 && read.every(([name], index) => name === String(index));
  return listed ? read.map(([, value]) => value) : Object.fromEntries(read);
}
