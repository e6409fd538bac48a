import { parse } from 'yaml';
import { ALERT_RULES } from '../../scripts/lib/alert-rules';
import { dashboards } from '../../scripts/lib/dashboards';
import { textOf } from '../containers/support';

interface Dashboard {
  title: string;
  panels: { title: string; targets: { expr: string; legendFormat: string }[] }[];
}

interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
}

export interface Expression {
  /** a panel of a dashboard, or an alert */
  where: string;
  /** as Prometheus is asked */
  expr: string;
  /** what it is shown as */
  text: string;
}

/** Every expression of the dashboards. */
export const panelExpressions = (): Expression[] =>
  Object.values(dashboards())
    .map((text) => JSON.parse(text) as Dashboard)
    .flatMap(({ title, panels }) =>
      panels.flatMap((panel) =>
        panel.targets.map(({ expr, legendFormat }) => ({
          where: `${title}: ${panel.title}`,
          expr,
          text: legendFormat,
        })),
      ),
    );

/** Every expression of the rules. */
export const ruleExpressions = (): Expression[] =>
  (parse(textOf(ALERT_RULES)) as Rules).groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr, annotations }) => ({ where: alert, expr, text: annotations.summary })),
  );
