/**
 * MLflow, which keeps what runs log: pinned in requirements-mlflow.txt, in an environment of its own (0.7 GB), since
 * nothing else needs it. `npm run mlflow` brings it.
 */
import { ownEnvironment } from './own-environment.mjs';
import { mlflowVenv } from './places.mjs';

export const mlflowPackages = ownEnvironment(
  'MLflow',
  'requirements-mlflow.txt',
  mlflowVenv,
  'mlflow',
);
