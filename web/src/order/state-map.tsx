import { useState } from 'preact/hooks';
import type { OrderStory } from '../types';
import { BOX, drawEdge, isMainWay, linesOf, MAP, middleOf } from './map-layout';
import { count } from '../words';

type State = OrderStory['map']['states'][number];
type MapEdge = OrderStory['map']['edges'][number];

/** The state machine, and the way that the order took: drawn in full lines, what it did not take in dashes. */
export function StateMap({ map }: { map: OrderStory['map'] }) {
  const [showsAll, setShowsAll] = useState(false);
  const edges = map.edges.filter(({ from, to, taken }) => taken > 0 || showsAll || isMainWay([from, to]));
  // what was taken lies above
  edges.sort((a, b) => a.taken - b.taken);
  return (
    <>
      <svg
        class="map"
        viewBox={`0 0 ${MAP.width} ${MAP.height}`}
        role="img"
        aria-labelledby="map-title map-description"
      >
        <title id="map-title">{`The states of an order; this one passed ${count(passed(map), 'of them', 'of them')}`}</title>
        <desc id="map-description">Its way is told in words, with times, in the list below.</desc>
        <defs>
          <Arrow id="arrow" />
          <Arrow id="arrow-taken" />
        </defs>
        {edges.map((edge) => (
          <EdgeLine key={`${edge.from} ${edge.to}`} edge={edge} />
        ))}
        {map.states.map((state) => (
          <StateBox key={state.name} state={state} />
        ))}
      </svg>
      <label class="check">
        <input
          type="checkbox"
          checked={showsAll}
          onChange={({ currentTarget }) => setShowsAll(currentTarget.checked)}
        />
        Show every way there is
      </label>
    </>
  );
}

const passed = ({ states }: OrderStory['map']): number => states.filter(({ visits }) => visits > 0).length;

const Arrow = ({ id }: { id: string }) => (
  <marker
    id={id}
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerUnits="userSpaceOnUse"
    markerWidth="10"
    markerHeight="10"
    orient="auto-start-reverse"
  >
    <path d="M0 0L8 4L0 8z" />
  </marker>
);

function EdgeLine({ edge: { from, to, taken } }: { edge: MapEdge }) {
  const { path, label } = drawEdge([from, to]);
  const isTaken = taken > 0;
  return (
    <g class={isTaken ? 'edge taken' : 'edge'}>
      <path d={path} marker-end={`url(#${isTaken ? 'arrow-taken' : 'arrow'})`} />
      {taken > 1 && (
        <text x={label.x} y={label.y + 4} text-anchor="middle">
          {`×${taken}`}
        </text>
      )}
    </g>
  );
}

function StateBox({ state: { name, visits, attempts = 0, isCurrent = false } }: { state: State }) {
  const { x, y } = middleOf(name);
  const lines = linesOf(name);
  const place = { x: x - BOX.width / 2, y: y - BOX.height / 2, ...BOX };
  const notes = [visits > 1 ? `×${visits}` : '', attempts > 1 ? `${attempts} tries` : ''].filter(Boolean).join(', ');
  return (
    <g class={`state ${visits > 0 ? 'passed' : ''} ${isCurrent ? 'current' : ''}`}>
      {isCurrent && (
        <rect class="halo" x={place.x - 4} y={place.y - 4} width={BOX.width + 8} height={BOX.height + 8} rx={8} />
      )}
      <rect {...place} rx={name.endsWith('?') ? BOX.height / 2 : 3} />
      {lines.map((line, at) => (
        <text key={line} x={x} y={y + 4 + (at - (lines.length - 1) / 2) * 14} text-anchor="middle">
          {line}
        </text>
      ))}
      {(visits > 0 || isCurrent) && (
        <g class="mark">
          <circle cx={place.x + 2} cy={place.y + 2} r={8} />
          <text x={place.x + 2} y={place.y + 6} text-anchor="middle">
            {isCurrent ? '▸' : '✓'}
          </text>
        </g>
      )}
      {notes !== '' && (
        <text class="notes" x={place.x + BOX.width - 4} y={place.y - 3} text-anchor="end">
          {notes}
        </text>
      )}
    </g>
  );
}
