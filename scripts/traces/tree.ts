import type { ReceivedSpan } from './otlp';

/** A trace as a tree, a span a line: what it is, where, when after the trace's begin, and for how long. */
export function treeOf(spans: readonly ReceivedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const begin = Math.min(...spans.map(({ startedAt }) => startedAt));
  const inOrder = [...spans].sort((a, b) => a.startedAt - b.startedAt || a.endedAt - b.endedAt);
  const childrenOf = (parent: ReceivedSpan) => inOrder.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
  // of one whose parent never came, or is somebody else's
  const roots = inOrder.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
  const linesOf = (span: ReceivedSpan, indent: string, branch: string): string[] => {
    const children = childrenOf(span);
    const below = indent + (branch === '├─ ' ? '│  ' : branch === '└─ ' ? '   ' : '');
    return [
      lineOf(`${indent}${branch}${span.name}`, span, begin),
      ...children.flatMap((child, i) => linesOf(child, below, i === children.length - 1 ? '└─ ' : '├─ ')),
    ];
  };
  return roots.flatMap((root) => linesOf(root, '', ''));
}

const NAME_WIDTH = 72;

function lineOf(name: string, { process, startedAt, endedAt, error }: ReceivedSpan, begin: number): string {
  const at = `${Math.round(startedAt - begin)} ms`.padStart(9);
  const took = `${Math.round(endedAt - startedAt)} ms`.padStart(8);
  const failed = error === undefined ? '' : `  failed: ${error}`;
  return `${name.padEnd(NAME_WIDTH)} ${process.replace('waybill-', '').padEnd(8)} ${at} ${took}${failed}`;
}
