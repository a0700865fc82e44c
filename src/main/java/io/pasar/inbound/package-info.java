/** From a marketplace's HTTP request to a verified, identified record: the ingest server, verification, identity. */
package io.pasar.inbound;
