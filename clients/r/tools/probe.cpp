// Compiled and linked by configure: are the headers and libraries there?
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

int main() {
  google::protobuf::DescriptorPool pool;
  google::protobuf::DynamicMessageFactory factory(&pool);
  google::protobuf::FileDescriptorSet files;
  grpc::GenericStub stub(grpc::CreateChannel("localhost:1", grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::ByteBuffer message;
  auto call = stub.PrepareUnaryCall(&context, "/a/b", message, &queue);
  return files.ParseFromString("") && call ? 0 : 1;
}
