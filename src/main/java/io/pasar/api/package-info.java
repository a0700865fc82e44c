/** The HTTP API on the management port and its security. */
package io.pasar.api;
