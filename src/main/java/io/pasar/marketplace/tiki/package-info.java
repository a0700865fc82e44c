/** What YAML cannot say about Tiki (TikiNOW Smart Logistics). */
package io.pasar.marketplace.tiki;
