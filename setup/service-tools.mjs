/** What tests services from outside: schemathesis and locust, pinned in requirements-services.txt (150 MB). */
import { ownEnvironment } from './own-environment.mjs';
import { serviceToolsVenv } from './places.mjs';

export const serviceTools = ownEnvironment('service tools', 'requirements-services.txt', serviceToolsVenv, 'schemathesis'); // prettier-ignore
