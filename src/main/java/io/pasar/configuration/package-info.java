/** What application.yaml, the account files and the route files say, checked as a whole before anything starts. */
package io.pasar.configuration;
