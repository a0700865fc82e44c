package io.pasar.loss;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.concurrent.locks.LockSupport;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * Inside of a process: sets its wall clock forwards and backwards as a file says, for all Java in it, Kafka's client
 * included, and for nothing else on the machine. The delivered jar stays as it is. {@link System#nanoTime} goes on
 * undisturbed, as it does when a machine's clock is set; what native code asks is not changed.
 */
public final class ClockAgent {

    // Not below pasar, where the gateway refuses what it does not know
    private static final String MILLIS = "loss.clock.millis";
    private static final String NANOS = "loss.clock.nanos";
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private ClockAgent() {}

    /** @param file of milliseconds, the clock's error */
    public static void premain(String file, Instrumentation instrumentation) throws Exception {
        Path error = Path.of(file);
        set(error);
        instrumentation.addTransformer(new ErrorAdded(), true);
        instrumentation.retransformClasses(Clock.class, Clock.systemUTC().getClass(), Date.class);
        Thread thread = new Thread(() -> follow(error), "clock-agent");
        thread.setDaemon(true);
        thread.start();
    }

    private static void follow(Path file) {
        while (true) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
            try {
                set(file);
            } catch (IOException e) {
                // The test is over
            }
        }
    }

    private static void set(Path file) throws IOException {
        long millis = Long.parseLong(Files.readString(file));
        System.setProperty(MILLIS, String.valueOf(millis));
        System.setProperty(NANOS, String.valueOf(millis * 1_000_000));
    }

    /** To what every call that asks for the time returns. With the JDK's own classes alone, which all others see. */
    static final class ErrorAdded implements ClassFileTransformer {

        @Override
        public byte[] transform(
                ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
            String text = new String(bytes, ISO_8859_1);
            if (!text.contains("currentTimeMillis") && !text.contains("getNanoTimeAdjustment")) {
                return null;
            }
            ClassReader reader = new ClassReader(bytes);
            ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
            reader.accept(new Methods(writer), 0);
            return writer.toByteArray();
        }
    }

    static final class Methods extends ClassVisitor {

        Methods(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            return new Calls(super.visitMethod(access, name, descriptor, signature, exceptions));
        }
    }

    static final class Calls extends MethodVisitor {

        Calls(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean ofInterface) {
            super.visitMethodInsn(opcode, owner, name, descriptor, ofInterface);
            if (owner.equals("java/lang/System") && name.equals("currentTimeMillis")) {
                add(MILLIS);
            } else if (owner.equals("jdk/internal/misc/VM") && name.equals("getNanoTimeAdjustment")) {
                add(NANOS);
            }
        }

        private void add(String property) {
            super.visitLdcInsn(property);
            super.visitMethodInsn(
                    Opcodes.INVOKESTATIC, "java/lang/Long", "getLong", "(Ljava/lang/String;)Ljava/lang/Long;", false);
            super.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/Long", "longValue", "()J", false);
            super.visitInsn(Opcodes.LADD);
        }
    }
}
