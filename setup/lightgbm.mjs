/** LightGBM's C library, out of its PyPI wheel. */
import { lightgbm } from './places.mjs';
import { dirname } from 'node:path';
import { SetupError } from './errors.mjs';
import { virtualEnvironment } from './python-packages.mjs';
import { hash, isStamped } from './stamp.mjs';
import { hasWheels, takeFromWheel } from './wheel.mjs';

export const LIGHTGBM_VERSION = '4.7.0';
const stamp = () => hash(LIGHTGBM_VERSION, process.platform, process.arch);

export const lightgbmLibrary = {
  name: 'LightGBM library',
  needs: [virtualEnvironment],
  otherwise: 'gradient boosting is not available',
  isDone: () => isStamped(dirname(lightgbm), stamp()),
  async make() {
    if (!hasWheels()) {
      throw new SetupError(`no LightGBM library for ${process.platform}-${process.arch}`);
    }
    await takeFromWheel({
      requirement: `lightgbm==${LIGHTGBM_VERSION}`,
      cut: 'lightgbm/lib/',
      wanted: ['lightgbm/lib/'],
      folder: dirname(lightgbm),
      made: stamp(),
      files: ['lib_lightgbm.so'],
    });
  },
};
