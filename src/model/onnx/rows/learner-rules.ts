/** The operators for classical machine learning: each row of a table by itself. */
import { all, sameAs } from './rules.js';
import type { RowRule, RowStep } from './step.js';
import { productOf, type Rows, rows } from './value.js';

const CLASSIFIERS = 'LinearClassifier SVMClassifier TreeEnsembleClassifier';

/** The attribute with the number of columns a regressor gives; without it one. */
const REGRESSORS: Readonly<Record<string, string>> = {
  LinearRegressor: 'targets',
  SVMRegressor: '',
  TreeEnsemble: 'n_targets',
  TreeEnsembleRegressor: 'n_targets',
};

export const LEARNER_RULES: Readonly<Record<string, RowRule>> = {
  ...all(CLASSIFIERS, (step) =>
    onTable(step, () => [rows([undefined], 0), rows([undefined, undefined], 0)]),
  ),
  ...all(Object.keys(REGRESSORS).join(' '), regression),
  ...all('Imputer Normalizer Scaler ZipMap', (step) => onTable(step, (table) => [table])),
  ...all('Binarizer CategoryMapper LabelEncoder', (step) => sameAs(step.rows(0))),
  ArrayFeatureExtractor: extraction,
  FeatureVectorizer: vectorization,
  OneHotEncoder: spreading,
};

/** An array of one dimension would be one row. */
function onTable(step: RowStep, outputs: (table: Rows) => readonly Rows[]): ReturnType<RowRule> {
  const table = step.rows(0);
  return table?.shape.length === 2 && table.axis === 0 ? outputs(table) : undefined;
}

function regression(step: RowStep): ReturnType<RowRule> {
  const targets = step.integer(REGRESSORS[step.node.op] ?? '', 1);
  return onTable(step, () => [rows([undefined, targets], 0)]);
}

/**
 * Columns of a table; or, as scikit-learn's converters look up labels, one row of constants by
 * the indexes of all rows, which leaves the rows side by side.
 */
function extraction(step: RowStep): ReturnType<RowRule> {
  const [table, indexes] = [step.input(0), step.input(1)];
  if (table?.kind === 'rows') {
    if (indexes?.kind !== 'constant') return undefined;
    const columns = indexes.shape === undefined ? undefined : productOf(indexes.shape);
    return onTable(step, () => [rows([undefined, columns], 0)]);
  }
  if (table?.kind !== 'constant' || table.shape === undefined || indexes?.kind !== 'rows')
    return undefined;
  const isOneRow = productOf(table.shape.slice(0, -1)) === 1;
  const isOneEach = productOf(indexes.shape.filter((_size, at) => at !== indexes.axis)) === 1;
  return isOneRow && isOneEach ? [rows([1, undefined], 1)] : undefined;
}

function vectorization(step: RowStep): ReturnType<RowRule> {
  const values = step.inputs() ?? [];
  const areTables = values.every(
    (value) => value.kind === 'rows' && value.shape.length === 2 && value.axis === 0,
  );
  return areTables && values.length > 0 ? [rows([undefined, undefined], 0)] : undefined;
}

/** A new last axis with a place for each category. */
function spreading(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const categories = step.integers('cats_int64s') ?? step.texts('cats_strings');
  return value === undefined ? undefined : [rows([...value.shape, categories?.length], value.axis)];
}
