/** What arrived when, verified or rejected, per account and event kind. */
package io.pasar.observation;
