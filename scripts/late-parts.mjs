// Keeps out of a worker's memory what is loaded for everybody and hardly anybody needs: 4 MB with
// Node 20, 10 MB with Node 24.
//
// Of Fastify: the compilers of JSON schemas, and requests without a connection (`inject`). They lie
// in a file of their own, which is loaded at the first use. It is CommonJS, since Fastify asks
// within a call. And modules of Node for servers that a worker, which has no port, does not start.
//
// Of Node: what `node:http` has for browsers' habits (WebSocket and its events), which an `import`
// of it loads, and a call for it does not.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const FILE = 'fastify-late.cjs';
/** Fastify calls `isMaker` parts as it starts, for a function that it calls when there is a schema. */
const PARTS = [
  { name: '@fastify/ajv-compiler', isMaker: true },
  { name: '@fastify/fast-json-stringify-compiler', isMaker: true },
  { name: 'light-my-request', isMaker: false },
];
const FASTIFY = /[\\/]node_modules[\\/]fastify[\\/]/;
const FASTIFY_SERVER = /[\\/]node_modules[\\/]fastify[\\/]lib[\\/]server\.js$/;
const FOR_PORTS = ['https', 'http2', 'dns'];
/** Rolldown asks for what begins with it nowhere else. */
const VIRTUAL = '\0late:';

/** Plugin: stands in Fastify in their place. */
export function loadLate() {
  return {
    name: 'load-late',
    resolveId(id, importer = '') {
      if (id === `./${FILE}`) return { id, external: true };
      const isPart = FASTIFY.test(importer) && PARTS.some(({ name }) => name === id);
      return isPart ? VIRTUAL + id : null;
    },
    load(id) {
      const part = PARTS.find(({ name }) => VIRTUAL + name === id);
      if (part === undefined) return null;
      const late = `require('./${FILE}')['${part.name}']`;
      if (!part.isMaker) return `module.exports = ${late};`;
      return `module.exports = (options) => {
        let make;
        return (...args) => (make ??= ${late}(options))(...args);
      };`;
    },
  };
}

/** Plugin: loads modules of Node at the first use, and no more of them than is used. */
export function loadLessOfNode(dist) {
  return {
    name: 'load-less-of-node',
    transform(code, id) {
      if (FASTIFY_SERVER.test(id)) return { code: withoutPorts(code), map: null };
      if (!id.startsWith(dist)) return null;
      return { code: calledForHttp(code), map: null };
    },
  };
}

function withoutPorts(code) {
  return FOR_PORTS.reduce((text, name) => {
    const asked = `const ${name} = require('node:${name}')`;
    if (!text.includes(asked)) throw new Error(`Fastify's server does not say: ${asked}`);
    const late = `new Proxy({}, { get: (_, key) => require('node:${name}')[key] })`;
    return text.replace(asked, `const ${name} = ${late}`);
  }, code);
}

function calledForHttp(code) {
  const imports = /^import \{([^}]+)\} from ['"]node:http['"];$/gm;
  return code.replace(
    imports,
    (_, names) =>
      `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule('node:http');`,
  );
}

/** @returns what it is made of */
export async function bundleLateParts(folder) {
  const entry = `${VIRTUAL}all`;
  const fromFastify = createRequire(createRequire(import.meta.url).resolve('fastify'));
  const build = await rolldown({
    input: entry,
    platform: 'node',
    plugins: [
      {
        name: 'late-parts',
        resolveId(id, importer) {
          if (id === entry) return id;
          return importer === entry ? fromFastify.resolve(id) : null;
        },
        load(id) {
          if (id !== entry) return null;
          return PARTS.map(({ name }) => `exports['${name}'] = require('${name}');`).join('\n');
        },
      },
    ],
    logLevel: 'warn',
  });
  const file = join(folder, FILE);
  const { output } = await build.write({ file, format: 'cjs', sourcemap: true, comments: false });
  await build.close();
  return output;
}
