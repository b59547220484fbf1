/** `GET /docs`: what is served, for people, in one page that loads nothing from elsewhere. */
import type { ServedModel } from '../../model/description.js';
import type { TensorSpec } from '../../model/tensor/signature.js';
import { exampleBody, predictUrl, takesPredictions } from './openapi.js';

/** Nothing but what is in the page itself may run or load, and it may only ask this server. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

export function docsPage(serverVersion: string, models: readonly ServedModel[]): string {
  const sections = models.map(modelSection).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Forkcast: models</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Forkcast</h1>
<p>Version ${text(serverVersion)}. The same for programs: <a href="openapi.json">openapi.json</a>,
<a href="v2">v2</a>, <a href="v1/models">v1/models</a>.</p>
</header>
<main>
${sections || '<p>No model is loaded.</p>'}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

/** Of a classifier with a thousand classes a few tell what they are. */
const MOST_LABELS = 20;

function modelSection(model: ServedModel): string {
  const { name, version, runtime, labels, isDefault, isLatest, state, reason, routes } = model;
  const marks = [state.toLowerCase(), ...(isDefault && isLatest ? ['default'] : []), ...labels];
  const heading = `${text(name)} <small>version ${text(version)} · ${runtime}</small>`;
  const chips = marks.map((mark) => `<span class="mark ${state}">${text(mark)}</span>`).join(' ');
  return `<section>
<h2>${heading} ${chips}</h2>
${reason === '' ? '' : `<p class="reason">${text(reason)}</p>`}
${routes?.isAlone === true ? '' : signatureTable(model)}
${routes === undefined ? '' : `<p>Has routes of its own under <code>${text(routes.prefix)}</code>.</p>`}
${state === 'READY' && takesPredictions(model) ? trial(model) : ''}
</section>`;
}

function signatureTable({ signature }: ServedModel): string {
  if (signature === undefined) return '<p>Takes <code>instances</code> as they come.</p>';
  const rows = [
    ...signature.inputs.map((spec) => tensorRow('input', spec)),
    ...signature.outputs.map((spec) => tensorRow('output', spec)),
  ];
  return `<table><thead><tr><th></th><th>name</th><th>type</th><th>shape</th></tr></thead>
<tbody>${rows.join('')}</tbody></table>`;
}

function tensorRow(side: string, spec: TensorSpec): string {
  const { name, dtype, shape, isOptional, takesMissing } = spec;
  const sizes =
    shape.map((size) => (size === -1 ? 'any' : String(size))).join(' × ') || 'one value';
  const kind = isOptional === true ? `${side}, optional` : side;
  const type = takesMissing === true ? `${dtype} or null` : dtype;
  const cells = `<td>${type}</td><td>${sizes}${classLabels(spec)}</td>`;
  return `<tr><td>${kind}</td><td><code>${text(name)}</code></td>${cells}</tr>`;
}

function classLabels({ labels = [] }: TensorSpec): string {
  if (labels.length === 0) return '';
  const shown = labels.slice(0, MOST_LABELS).join(', ');
  return `<br><small>${text(shown)}${labels.length > MOST_LABELS ? ', …' : ''}</small>`;
}

function trial(model: ServedModel): string {
  const url = predictUrl(model);
  const body = JSON.stringify(exampleBody(model) ?? { instances: [] });
  return `<form data-url="${text(url.slice(1))}">
<label>POST <code>${text(url)}</code><textarea rows="4" spellcheck="false">${text(body)}</textarea></label>
<button>Send</button> <output></output>
</form>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Names of tensors come from model files: whatever they hold is shown, never run. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 56rem; margin: 0 auto; padding: 1rem; }
section { border: 1px solid #8886; border-radius: .5rem; padding: 0 1rem 1rem; margin: 1rem 0; }
h2 { font-size: 1.15rem; } small { font-weight: normal; opacity: .75; }
.mark { font-size: .75rem; font-weight: normal; border: 1px solid #8888; border-radius: 1rem; padding: .1rem .5rem; }
.READY:first-of-type { color: #fff; background: #2a7d46; } .UNAVAILABLE:first-of-type { color: #fff; background: #b3261e; }
.reason { color: #b3261e; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid #8884; }
textarea { display: block; width: 100%; box-sizing: border-box; font: .85rem ui-monospace, monospace; }
form { margin-top: 1rem; } button { margin-top: .5rem; }
output { display: block; white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem ui-monospace, monospace; max-height: 20rem; overflow: auto; }
`;

const SCRIPT = `
for (const form of document.forms) form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const output = form.querySelector('output');
  output.textContent = '…';
  const begin = performance.now();
  try {
    const body = form.querySelector('textarea').value;
    const headers = { 'content-type': 'application/json' };
    const reply = await fetch(form.dataset.url, { method: 'POST', headers, body });
    const answer = await reply.text();
    const ms = (performance.now() - begin).toFixed(1);
    output.textContent = reply.status + ' in ' + ms + ' ms\\n' + answer;
  } catch (error) {
    output.textContent = String(error);
  }
});
`;
