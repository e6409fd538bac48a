import type { VNode } from 'preact';
import { AuditTrailPage } from './pages/audit';
import { BreakersPage } from './pages/breakers';
import { CasesPage } from './pages/cases';
import { DeadLetterPage } from './pages/dead-letter';
import { DeadLettersPage } from './pages/dead-letters';
import { Dialogs } from './parts/dialogs';
import { isMissing } from './api';
import { linkTo, type Route, useRoute } from './router';
import { Nothing } from './parts/notice';
import { OrderPage } from './pages/order';
import { OrdersPage } from './pages/orders';
import { OverviewPage } from './pages/overview';
import { Page } from './parts/page';
import { TimesSwitch } from './parts/time';
import { TryPage } from './pages/try';
import { useLoaded } from './live';

const SECTIONS = [
  ['', 'Overview'],
  ['orders', 'Orders'],
  ['dead-letters', 'Dead letters'],
  ['breakers', 'Breakers'],
  ['cases', 'Cases'],
  ['audit', 'Audit trail'],
  ['try', 'Try it'],
] as const;

export function App() {
  const route = useRoute();
  const [section = ''] = route.segments;
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <header>
        <a class="name" href={linkTo([])}>
          <span class="barcode" aria-hidden="true" /> Waybill
        </a>
        <Sections section={section} />
        <TimesSwitch />
      </header>
      {pageOf(route)}
      <footer>
        <a href="/docs">API</a>
        <a href="/metrics">Metrics</a>
      </footer>
      <Dialogs />
    </>
  );
}

function Sections({ section }: { section: string }) {
  // without a sandbox there is nothing to try
  const { error } = useLoaded('/sandbox/scenarios');
  const shown = SECTIONS.filter(([name]) => name !== 'try' || !isMissing(error));
  return (
    <nav aria-label="Sections">
      <ul>
        {shown.map(([name, words]) => (
          <li key={name}>
            <a href={linkTo([name].filter(Boolean))} aria-current={name === section ? 'page' : undefined}>
              {words}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A page is a new one when its place is; another filter of the same list is not. */
function pageOf({ segments, query }: Route): VNode {
  const [section = '', id] = segments;
  if (segments.length <= 1) {
    switch (section) {
      case '':
        return <OverviewPage key="overview" />;
      case 'orders':
        return <OrdersPage key="orders" query={query} />;
      case 'dead-letters':
        return <DeadLettersPage key="dead-letters" query={query} />;
      case 'breakers':
        return <BreakersPage key="breakers" />;
      case 'cases':
        return <CasesPage key="cases" query={query} />;
      case 'audit':
        return <AuditTrailPage key="audit" query={query} />;
      case 'try':
        return <TryPage key="try" />;
    }
  }
  if (segments.length === 2 && id !== undefined) {
    if (section === 'orders') return <OrderPage key={id} orderId={id} />;
    if (section === 'dead-letters') return <DeadLetterPage key={id} id={id} />;
  }
  return (
    <Page key="nowhere" title="Nothing is here">
      <Nothing>
        This link leads nowhere. <a href={linkTo([])}>To the overview.</a>
      </Nothing>
    </Page>
  );
}

/** the place is in the hash, so a link to `#main` would lead to another page */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector('h1')?.focus();
}
