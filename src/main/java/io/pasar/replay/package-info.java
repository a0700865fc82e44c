/** Publishes again what is in a topic, and releases what is in quarantine. */
package io.pasar.replay;
