/** Keeps registrations true: desired, listed, recorded, observed; plan and apply. */
package io.pasar.registration;
