/** Stand-ins for the marketplaces, in profile {@code sandbox} only. They reach the gateway only over HTTP. */
package io.pasar.sandbox;
