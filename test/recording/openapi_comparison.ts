import {
  type Direction,
  hasContent,
  isNode,
  type Node,
  nodeAt,
  resolved,
  schemaLosses,
} from './openapi_schema.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * What the OpenAPI document `now` lacks of `before`: paths, methods, parameters, bodies, responses,
 * content types, headers, schemas and their constraints, security schemes. Descriptions may have
 * other words, and more of everything is no loss.
 * @returns one sentence for each loss, with its place; none when nothing is lost.
 */
export function lossesOf(before: Node, now: Node): string[] {
  return new Comparison(before, now).losses();
}

class Comparison {
  constructor(
    private readonly before: Node,
    private readonly now: Node,
  ) {}

  losses(): string[] {
    const paths = nodeAt(this.before, 'paths');
    return [
      ...this.texts('the document', nodeAt(this.before, 'info'), nodeAt(this.now, 'info'), [
        'title',
        'description',
        'version',
      ]),
      ...this.securitySchemes(),
      ...Object.keys(paths).flatMap((path) => this.path(path)),
    ];
  }

  private securitySchemes(): string[] {
    const [before, now] = [this.before, this.now].map((document) =>
      nodeAt(nodeAt(document, 'components'), 'securitySchemes'),
    );
    const name = ({ type, scheme, name, in: place }: Node) => [type, scheme, name, place].join(' ');
    const schemes = Object.values(now ?? {}).map((scheme) => name(scheme as Node));
    return Object.entries(before ?? {})
      .filter(([, scheme]) => !schemes.includes(name(scheme as Node)))
      .map(([key]) => `security scheme ${key}: is missing`);
  }

  private path(path: string): string[] {
    const before = nodeAt(nodeAt(this.before, 'paths'), path);
    const now = nodeAt(nodeAt(this.now, 'paths'), path);
    return METHODS.filter((method) => method in before).flatMap((method) => {
      const at = `${method.toUpperCase()} ${path}`;
      if (!isNode(now[method])) return [`${at}: is missing`];
      return this.operation(at, [before, nodeAt(before, method)], [now, nodeAt(now, method)]);
    });
  }

  private operation(
    at: string,
    [pathBefore, before]: [Node, Node],
    [pathNow, now]: [Node, Node],
  ): string[] {
    const sameId = before.operationId === undefined || before.operationId === now.operationId;
    return [
      ...(sameId ? [] : [`${at}: operationId was ${before.operationId}, is ${now.operationId}`]),
      ...this.texts(at, before, now, ['summary', 'description', 'tags']),
      ...this.security(at, before, now),
      ...this.parameters(
        at,
        this.parametersOf(this.before, pathBefore, before),
        this.parametersOf(this.now, pathNow, now),
      ),
      ...this.requestBody(at, before, now),
      ...this.responses(at, nodeAt(before, 'responses'), nodeAt(now, 'responses')),
    ];
  }

  private texts(at: string, before: Node, now: Node, names: string[]): string[] {
    return names
      .filter((name) => hasContent(before[name]) && !hasContent(now[name]))
      .map((name) => `${at}: ${name} is missing`);
  }

  /** An operation without its own security has that of the document. */
  private security(at: string, before: Node, now: Node): string[] {
    const needs = (document: Node, operation: Node) => {
      const security = (operation.security ?? document.security ?? []) as unknown[];
      return security.length > 0;
    };
    const [was, is] = [needs(this.before, before), needs(this.now, now)];
    return was === is ? [] : [`${at}: security was ${was ? 'required' : 'not required'}`];
  }

  private parametersOf(document: Node, path: Node, operation: Node): Map<string, Node> {
    const all = [path.parameters, operation.parameters].flatMap((list) => (list ?? []) as Node[]);
    const whole = all.map((parameter) => resolved(document, parameter));
    // Header names are case-insensitive.
    const keyOf = ({ in: place, name }: Node) =>
      `${place} ${place === 'header' ? String(name).toLowerCase() : name}`;
    return new Map(whole.map((parameter) => [keyOf(parameter), parameter]));
  }

  private parameters(at: string, before: Map<string, Node>, now: Map<string, Node>): string[] {
    const demanded = [...now]
      .filter(([key, { required }]) => required === true && !before.has(key))
      .map(([key]) => `${at}: parameter ${key} is new and required`);
    const kept = [...before].flatMap(([key, parameter]) => {
      const where = `${at}: parameter ${key}`;
      const present = now.get(key);
      if (!present) return [`${where}: is missing`];
      const [was, is] = [parameter.required === true, present.required === true];
      return [
        ...(was === is ? [] : [`${where}: required was ${was}, is ${is}`]),
        ...this.texts(where, described(parameter), described(present), ['description']),
        ...this.schemas(where, schemaOf(parameter), schemaOf(present), 'request'),
      ];
    });
    return [...kept, ...demanded];
  }

  private requestBody(at: string, before: Node, now: Node): string[] {
    if (!isNode(before.requestBody)) return [];
    if (!isNode(now.requestBody)) return [`${at}: request body is missing`];
    const was = resolved(this.before, before.requestBody);
    const is = resolved(this.now, now.requestBody);
    const sameNeed = (was.required === true) === (is.required === true);
    return [
      ...(sameNeed ? [] : [`${at}: request body: required was ${was.required === true}`]),
      ...this.texts(`${at}: request body`, was, is, ['description']),
      ...this.contents(`${at}: request body`, was, is, 'request'),
    ];
  }

  private responses(at: string, before: Node, now: Node): string[] {
    return Object.keys(before).flatMap((status) => {
      const where = `${at}: response ${status}`;
      if (!isNode(now[status])) return [`${where}: is missing`];
      const was = resolved(this.before, nodeAt(before, status));
      const is = resolved(this.now, nodeAt(now, status));
      return [
        ...this.texts(where, was, is, ['description']),
        ...this.headers(where, nodeAt(was, 'headers'), nodeAt(is, 'headers')),
        ...this.contents(where, was, is, 'response'),
      ];
    });
  }

  private headers(at: string, before: Node, now: Node): string[] {
    const lower = new Map(Object.entries(now).map(([name, value]) => [name.toLowerCase(), value]));
    return Object.entries(before).flatMap(([name, header]) => {
      const where = `${at}: header ${name}`;
      const present = lower.get(name.toLowerCase());
      if (!isNode(present)) return [`${where}: is missing`];
      const was = resolved(this.before, header as Node);
      const is = resolved(this.now, present);
      return [
        ...this.texts(where, described(was), described(is), ['description']),
        ...this.schemas(where, schemaOf(was), schemaOf(is), 'response'),
      ];
    });
  }

  private contents(at: string, before: Node, now: Node, direction: Direction): string[] {
    const [was, is] = [nodeAt(before, 'content'), nodeAt(now, 'content')];
    return Object.keys(was).flatMap((type) => {
      const where = `${at}: ${type}`;
      if (!isNode(is[type])) return [`${where}: is missing`];
      const examples = ({ example, examples }: Node) => ({ example: example ?? examples });
      return [
        ...this.texts(where, examples(nodeAt(was, type)), examples(nodeAt(is, type)), ['example']),
        ...this.schemas(where, schemaOf(nodeAt(was, type)), schemaOf(nodeAt(is, type)), direction),
      ];
    });
  }

  private schemas(at: string, before: Node, now: Node, direction: Direction): string[] {
    const was = { document: this.before, schema: withoutDescription(before) };
    return schemaLosses(at, was, { document: this.now, schema: now }, direction);
  }
}

const schemaOf = (node: Node): Node => nodeAt(node, 'schema');

/** The description may be in the parameter or header, or in its schema. */
function described(node: Node): Node {
  return { description: node.description ?? schemaOf(node).description };
}

function withoutDescription({ description: _, ...schema }: Node): Node {
  return schema;
}
