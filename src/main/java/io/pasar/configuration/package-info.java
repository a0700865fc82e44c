/**
 * What application.yaml, the account files and the route files say: checked as a whole before anything starts; the
 * account files are watched from then on.
 */
package io.pasar.configuration;
